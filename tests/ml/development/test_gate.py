"""The gate passes only what is shown to be better, and says which rule stopped the rest."""

import numpy as np
import polars as pl
import pytest

from ml.development.gate import judge
from ml.development.scored import scored_rows
from ml.spec_operations import Gates
from tests.ml.development.judged import BAD, FAIR, GOOD, decide, gates, rule, scored, signal


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


@pytest.mark.parametrize(("latency", "expected"), [(20.0, "passed"), (20.1, "failed")])
def test_a_slow_model_fails(latency: float, expected: str) -> None:
    decision = decide(scored(candidate=GOOD, baseline=BAD), latency_ms=latency)
    assert rule(decision, "latency") == expected
    assert decision.status == expected


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
