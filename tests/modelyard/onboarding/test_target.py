"""The label tells the task; one that cannot be learned is refused with a reason."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from modelyard.errors import RefusedError, YardError
from modelyard.onboarding.target import Target
from modelyard.onboarding.telling import assumptions
from tests.modelyard.onboarding.files import csv_text, planned


def target_of(
    folder: Path, make: Callable[[int], Any], *, rows: int = 240, task: str | None = None
) -> Target:
    content = csv_text({"x": lambda n: n * 37 % 101, "y": make}, rows=rows)
    return planned(folder, content, key=("none",), task=task).target


@pytest.mark.parametrize(
    ("make", "task", "positive"),
    [
        (lambda n: n % 2, "classification", "1"),
        (lambda n: n % 2 + 1, "classification", "2"),
        (lambda n: ["true", "false"][n % 2], "classification", "true"),
        (lambda n: ["Nein", "Ja"][n % 2], "classification", "Ja"),
        (lambda n: "gone" if n % 5 == 0 else "stays", "classification", "gone"),
        (lambda n: "abc"[n % 3], "multiclass", ""),
        (lambda n: n % 7, "multiclass", ""),
        (lambda n: n, "regression", ""),
        (lambda n: n / 7, "regression", ""),
    ],
)
def test_the_label_tells_the_task(
    tmp_path: Path, make: Callable[[int], Any], task: str, positive: str
) -> None:
    found = target_of(tmp_path, make)
    assert (found.task, found.positive) == (task, positive)


def test_a_task_that_is_typed_is_taken(tmp_path: Path) -> None:
    assert target_of(tmp_path, lambda n: n % 7, task="regression").task == "regression"
    assert target_of(tmp_path, lambda n: n % 40, rows=600, task="multiclass").task == "multiclass"


def test_rare_classes_are_left_unlabelled_and_named(tmp_path: Path) -> None:
    found = target_of(tmp_path, lambda n: "odd" if n == 5 else "abc"[n % 3])
    assert found.rare == (("odd", 1),)
    assert found.labelled == 239


@pytest.mark.parametrize(
    ("make", "rows", "task", "told"),
    [
        (lambda n: n % 2, 5, None, "5 of 5 rows have a value in y; at least 100 are needed"),
        (lambda n: "" if n > 50 else n % 2, 240, None, "51 of 240 rows have a value in y"),
        (lambda n: "yes", 240, None, "y is 'yes' in every labelled row: with one class"),
        (lambda n: "no" if n == 3 else "yes", 240, None, "only 1 class has 10 rows or more"),
        (lambda n: f"t{n}", 240, None, "text with 2.. different values: too many"),
        (lambda n: f"2024-01-{n % 28 + 1:02d}", 240, None, "points in time, which are no label"),
        (lambda n: "abc"[n % 3], 240, "classification", "--task classification takes two"),
        (lambda n: "abc"[n % 3], 240, "regression", "y is string, not a quantity"),
        (lambda n: n, 240, "multiclass", "too many to be classes"),
        (lambda n: "", 240, None, "0 of 240 rows have a value"),
    ],
)
def test_a_label_that_cannot_be_learned_is_refused(
    tmp_path: Path, make: Callable[[int], Any], rows: int, task: str | None, told: str
) -> None:
    with pytest.raises(YardError, match=told) as refusal:
        target_of(tmp_path, make, rows=rows, task=task)
    assert refusal.value.remedy


def test_a_file_without_rows_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RefusedError, match="names but no rows"):
        planned(tmp_path, "x,y\n")


def test_words_that_differ_by_case_only_are_one_class(tmp_path: Path) -> None:
    found = target_of(tmp_path, lambda n: ["yes", "Yes ", "YES", "no", "No", " NO"][n % 6])
    assert (found.task, found.positive) == ("classification", "yes")
    assert dict(found.classes) == {"yes": 120, "no": 120}


def test_words_that_differ_by_case_alone_stay_two_classes(tmp_path: Path) -> None:
    assert dict(target_of(tmp_path, lambda n: "aA"[n % 2]).classes).keys() == {"a", "A"}
    mixed = target_of(tmp_path, lambda n: ["Ja", "Nein"][n % 2])
    assert dict(mixed.classes).keys() == {"Ja", "Nein"}


def test_folded_classes_are_told(tmp_path: Path) -> None:
    words = ["yes", "Yes", "no", "NO"]
    content = csv_text({"x": lambda n: n * 37 % 101, "y": lambda n: words[n % 4]}, rows=240)
    told = {topic: text for topic, text, _ in assumptions(planned(tmp_path, content))}
    assert told["case of y"] == "'NO', 'Yes', 'no', 'yes' are read as 'no', 'yes'"
