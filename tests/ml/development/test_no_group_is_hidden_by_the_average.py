"""A group that loses, or is found less often, stops a model that is good on average."""

import numpy as np
import polars as pl
import pytest

from ml.development.scored import Scored
from tests.ml.development.judged import (
    BAD,
    DAYS,
    FAIR,
    GOOD,
    ROWS,
    decide,
    gates,
    rule,
    scored,
    signal,
)


def test_a_group_that_loses_is_not_hidden_by_the_average() -> None:
    half = np.arange(DAYS * ROWS) % 2 == 0
    mixed = np.where(half, BAD, signal(6.0)[1])
    limits = gates(
        slices=[{"column": "origin", "minimum_rows": 500, "tolerance": 0.02}],
        second=None,
        primary={"metric": "roc_auc", "minimum": 0.6, "margin_over_champion": -0.5},
    )
    decision = decide(scored(candidate=mixed, baseline=BAD, champion=GOOD), limits)
    by_origin = next(r for r in decision.rules if r.name == "roc_auc by origin")
    assert by_origin.status == "failed"
    assert "worst of 2 groups is 'EWR'" in by_origin.text


def test_small_groups_are_reported_not_judged() -> None:
    limits = gates(slices=[{"column": "origin", "minimum_rows": 5000, "tolerance": 0.0}])
    decision = decide(scored(candidate=FAIR, baseline=BAD), limits)
    assert rule(decision, "roc_auc by origin") == "passed"
    assert "nothing judged" in next(r.text for r in decision.rules if "origin" in r.name)


def test_groups_may_not_differ_too_much_in_what_is_found() -> None:
    half = np.arange(DAYS * ROWS) % 2 == 0
    unfair_scores = np.where(half, GOOD, GOOD * 0.4)
    limits = gates(fairness=[{"column": "origin", "maximum_difference": 0.2}])
    decision = decide(scored(candidate=unfair_scores, baseline=BAD), limits)
    assert rule(decision, "true positive rate by origin") == "failed"
    even = decide(scored(candidate=GOOD, baseline=BAD), limits)
    assert rule(even, "true positive rate by origin") == "passed"


def of_groups(origin: list[str]) -> Scored:
    """The good candidate's rows under other groups."""
    rows = scored(candidate=GOOD, baseline=BAD)
    frame = rows.frame.with_columns(pl.Series("group_origin", origin))
    return Scored(frame=frame, task="classification")


def test_a_group_with_a_handful_of_positive_cases_decides_nothing() -> None:
    """One late flight that was missed is a rate of 0, however good the model is."""
    labels, _ = signal(0)
    missed = int(np.flatnonzero((labels == 1) & (GOOD < 0.5))[0])
    origin = ["EWR" if row % 2 else "JFK" for row in range(DAYS * ROWS)]
    origin[missed] = "LGA"
    for least, expected in ((1, "failed"), (100, "passed")):
        limit = {"column": "origin", "minimum_positives": least, "maximum_difference": 0.2}
        found = decide(of_groups(origin), gates(fairness=[limit]))
        assert rule(found, "true positive rate by origin") == expected


@pytest.mark.parametrize(
    ("origin", "large"),
    [
        (["JFK", *["EWR"] * (DAYS * ROWS - 1)], 1),
        ([f"s{row % 50}" for row in range(DAYS * ROWS)], 0),
    ],
)
def test_fewer_than_two_groups_that_count_are_not_enough_evidence(
    origin: list[str], large: int
) -> None:
    limit = {"column": "origin", "maximum_difference": 0.2}
    found = decide(of_groups(origin), gates(fairness=[limit]))
    by_origin = next(each for each in found.rules if "origin" in each.name)
    assert (found.status, by_origin.status) == ("insufficient", "insufficient")
    assert by_origin.text.startswith(f"{large} groups have 100 labelled positive cases")
