"""A label is an outcome that the model's task can have, or it is refused with what is allowed."""

from __future__ import annotations

import pytest

from ml.deployment.server.outcomes import impossible

TEXT = "late"


@pytest.mark.parametrize(
    ("task", "possible"),
    [
        ("classification", [0, 1, 0.0, 1.0, True, False]),
        ("multiclass", [TEXT, "2.5", 0, 2, 2.0, -3, 2**53 - 1]),
        ("regression", [0, -2.5, 1e300]),
        ("", [TEXT, 0, 2.5, 1e300, True]),
    ],
)
def test_what_a_task_can_have_is_taken(task: str, possible: list[bool | float | str]) -> None:
    assert [impossible(label, task) for label in possible] == [""] * len(possible)


@pytest.mark.parametrize(
    ("task", "label", "told"),
    [
        ("classification", 2, "2 is neither 0 nor 1"),
        ("classification", 0.5, "0.5 is neither 0 nor 1"),
        ("classification", -1, "-1 is neither 0 nor 1"),
        ("classification", TEXT, "a text is no outcome of this model; allowed: 0, 1"),
        ("multiclass", 2.5, "2.5 is no class"),
        ("multiclass", 2.0**53, "9.0072e+15 is no class"),
        ("multiclass", 1e300, "1e+300 is no class"),
        ("regression", TEXT, "a text is no outcome of this model; allowed: a number"),
        ("regression", 10**400, "the number is too large"),
        ("", 10**400, "the number is too large"),
    ],
)
def test_what_it_cannot_have_is_told(task: str, label: float | str, told: str) -> None:
    assert impossible(label, task).startswith(told)
