"""The gate passes only what is shown to be better, and says which rule stopped the rest."""

from datetime import date, timedelta
from typing import Any

import numpy as np
import polars as pl
import pytest

from ml.development.gate import Decision, judge
from ml.development.metrics import Floats
from ml.development.rules import incomparable, unfair
from ml.development.scored import Scored, scored_rows
from ml.spec_operations import Gates

DAYS, ROWS = 40, 50


def gates(**changes: Any) -> Gates:
    settings: dict[str, Any] = {
        "holdout_days": DAYS,
        "minimum_labelled_days": 30,
        "primary": {"metric": "roc_auc", "minimum": 0.6, "margin_over_baseline": 0.02},
        "second": {"metric": "average_precision", "tolerance": 0.01},
        "resamples": 100,
        **changes,
    }
    return Gates.model_validate(settings)


def signal(strength: float, seed: int = 0) -> tuple[Floats, Floats]:
    """Labels, and scores that know them as well as `strength` says."""
    generator = np.random.default_rng(0)
    truth = generator.normal(size=DAYS * ROWS)
    noise = np.random.default_rng(seed + 1).normal(size=DAYS * ROWS)
    return (truth > 0.8).astype(float), 1 / (1 + np.exp(-(strength * truth + noise)))


def scored(days: int = DAYS, **models: Floats) -> Scored:
    labels, _ = signal(0)
    first = date(2013, 5, 1)
    frame = pl.DataFrame(
        {
            "label": labels,
            "day": [first + timedelta(days=i // ROWS) for i in range(DAYS * ROWS)],
            "origin": ["EWR", "JFK"] * (DAYS * ROWS // 2),
        }
    )
    rows = scored_rows(
        frame,
        task="classification",
        label="label",
        day="day",
        slices=["origin"],
        scores=models,
    )
    return Scored(frame=rows.frame.head(days * ROWS), task="classification")


def decide(rows: Scored, limits: Gates | None = None, **arguments: Any) -> Decision:
    return judge(rows, limits or gates(), seed=7, **{"latency_ms": 1.0, **arguments})


def rule(decision: Decision, name: str) -> str:
    return next(r.status for r in decision.rules if r.name == name)


GOOD, FAIR, BAD = signal(1.5)[1], signal(0.7)[1], signal(0.1)[1]


def test_a_clearly_better_candidate_passes_and_shows_its_figures() -> None:
    decision = decide(scored(candidate=GOOD, baseline=BAD))
    assert decision.status == "passed"
    assert decision.against == "baseline"
    over = next(r for r in decision.rules if r.name == "roc_auc over baseline")
    assert over.low is not None
    assert over.high is not None
    assert 0.02 < over.low < over.measured < over.high  # type: ignore[operator]
    assert over.allowed == 0.02
    assert decision.reasons == []


def test_against_a_champion_both_baseline_and_champion_must_be_beaten() -> None:
    decision = decide(scored(candidate=FAIR, baseline=BAD, champion=GOOD))
    assert decision.status == "failed"
    assert rule(decision, "roc_auc over baseline") == "passed"
    assert rule(decision, "roc_auc over champion") == "failed"
    assert "roc_auc over champion" in decision.reasons[0]


def test_the_champion_itself_is_no_improvement() -> None:
    decision = decide(scored(candidate=GOOD, baseline=BAD, champion=GOOD))
    assert decision.status == "failed"
    assert rule(decision, "roc_auc over champion") == "failed"


def test_a_negative_margin_lets_an_equal_candidate_pass() -> None:
    primary = {"metric": "roc_auc", "minimum": 0.6, "margin_over_champion": -0.01}
    rows = scored(candidate=GOOD, baseline=BAD, champion=GOOD)
    assert decide(rows, gates(primary=primary)).status == "passed"


def test_a_gain_whose_interval_reaches_the_margin_is_not_shown() -> None:
    labels, _ = signal(0)
    better = GOOD + 0.002 * labels
    decision = decide(scored(candidate=better, baseline=BAD, champion=signal(1.5, seed=4)[1]))
    over = next(r for r in decision.rules if r.name == "roc_auc over champion")
    assert over.status == "failed"
    assert over.low is not None
    assert over.low < 0


def test_too_few_labelled_days_is_not_a_pass_however_good_the_figures() -> None:
    decision = decide(scored(days=10, candidate=GOOD, baseline=BAD))
    assert decision.status == "insufficient"
    assert "10 labelled days, at least 30" in decision.reasons[0]


def test_too_few_days_cannot_condemn_either() -> None:
    decision = decide(scored(days=10, candidate=BAD, baseline=GOOD))
    assert "failed" in {r.status for r in decision.rules}
    assert decision.status == "insufficient"


def test_days_without_outcomes_do_not_count_as_evidence() -> None:
    rows = scored(candidate=GOOD, baseline=BAD)
    late = pl.col("day") > date(2013, 5, 20)
    blind = rows.frame.with_columns(pl.when(late).then(None).otherwise("label").alias("label"))
    assert decide(Scored(frame=blind, task="classification")).status == "insufficient"


def test_no_labels_at_all_is_insufficient_not_an_error() -> None:
    rows = scored(candidate=GOOD, baseline=BAD)
    blind = rows.frame.with_columns(pl.lit(None, pl.Float64).alias("label"))
    assert decide(Scored(frame=blind, task="classification")).status == "insufficient"


def test_a_figure_below_the_minimum_fails() -> None:
    primary = {"metric": "roc_auc", "minimum": 0.99}
    decision = decide(scored(candidate=GOOD, baseline=BAD), gates(primary=primary))
    assert rule(decision, "roc_auc good enough") == "failed"


def test_the_minimum_of_an_error_is_an_upper_limit() -> None:
    rows = scored(candidate=GOOD, baseline=BAD)
    for limit, expected in ((0.5, "passed"), (0.01, "failed")):
        primary = {"metric": "brier", "minimum": limit}
        assert rule(decide(rows, gates(primary=primary)), "brier good enough") == expected


def test_the_second_metric_may_not_suffer() -> None:
    labels, _ = signal(0)
    # Ordering is good, but a few ordinary rows are at the very top: average precision breaks.
    spoiled = GOOD.copy()
    spoiled[np.flatnonzero(labels == 0)[:15]] = 1.0
    decision = decide(scored(candidate=spoiled, baseline=BAD, champion=GOOD - 1e-9))
    assert rule(decision, "average_precision not worse than champion") == "failed"


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


@pytest.mark.parametrize(("latency", "expected"), [(20.0, "passed"), (20.1, "failed")])
def test_a_slow_model_fails(latency: float, expected: str) -> None:
    decision = decide(scored(candidate=GOOD, baseline=BAD), latency_ms=latency)
    assert rule(decision, "latency") == expected
    assert decision.status == expected


def test_what_was_found_before_counts() -> None:
    rows = scored(candidate=GOOD, baseline=BAD)
    assert decide(rows, found_before=[incomparable("other features")]).status == "failed"
    seen = unfair("2013-05-09", "2013-05-01")
    assert decide(rows, found_before=[seen]).status == "insufficient"


def test_rows_without_days_are_resampled_one_by_one() -> None:
    labels, _ = signal(0)
    rows = scored_rows(
        pl.DataFrame({"label": labels}),
        task="regression",
        label="label",
        day=None,
        slices=[],
        scores={"candidate": labels * 0.9, "baseline": np.full(len(labels), labels.mean())},
    )
    limits = Gates.model_validate(
        {"holdout_fraction": 0.25, "primary": {"metric": "mae", "minimum": 0.5}}
    )
    decision = judge(rows, limits, seed=1, latency_ms=1)
    assert decision.status == "passed"
    assert f"{len(labels)} labelled rows" in decision.rules[0].text


def test_a_decision_is_plain_data() -> None:
    content = decide(scored(candidate=FAIR, baseline=BAD, champion=GOOD)).as_json()
    assert content["status"] == "failed"
    assert {r["name"] for r in content["rules"]} >= {"evidence", "latency"}
