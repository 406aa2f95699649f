"""Only what was declared can ring, and only where it is unlike what is usual."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from ml.monitoring.signals import WeekSummary
from ml.monitoring.watch import Rules, findings
from ml.monitoring.windows import FIRST_MONDAY
from ml.spec import load_model
from tests.ml.monitoring.answers import answers, summaries
from tests.ml.monitoring.watched import CALM, RULES, facts, rang, told


def test_a_week_unlike_the_eight_before_rings_by_the_signal_that_moved() -> None:
    assert rang(told(summaries(CALM))) == []
    busy = [*CALM, answers(seed=20, rate=0.45)]
    assert rang(told(summaries(busy))) == [
        ("2013-09-09", "label_rate"),
        ("2013-09-09", "mean_prediction"),
    ]
    # The answers lost what they knew of the outcome; their mean and the outcomes are as before.
    blind = [*CALM, answers(seed=20, skill=-1.0)]
    assert rang(told(summaries(blind))) == [("2013-09-09", "performance")]


def test_a_model_that_got_better_does_not_ring() -> None:
    poor = [answers(seed=seed, skill=0.1) for seed in range(9)]
    better = told(summaries([*poor, answers(seed=20)]))
    last = next(one for one in reversed(better) if one.key[0] == "performance")
    assert last.p is not None
    assert last.p < 0.02
    assert not last.breach


def test_only_declared_signals_are_alarms_and_everything_else_is_context() -> None:
    found = told(summaries([*CALM, answers(seed=20, rate=0.45)]), {"sha256:1": facts(CALM[0])})
    alarms = {(one.key[0], one.baseline) for one in found if one.kind == "alarm"}
    assert alarms == {
        (signal, "recent_production")
        for signal in ("mean_prediction", "label_rate", "performance")
    }
    assert all(one.kind == "alarm" for one in found if one.breach)
    assert {one.baseline for one in found} == {
        "none",
        "validation",
        "test_labelled",
        "recent_production",
    }


def test_features_and_validation_can_be_far_off_and_raise_nothing() -> None:
    moved = [
        frame.with_columns(speed=pl.col("speed") * 3, town=pl.lit("elsewhere")) for frame in CALM
    ]
    found = told(summaries(moved), {"sha256:1": facts(CALM[0])})
    drift = {one.key[1]: one.value for one in found if one.key[0] == "psi"}
    assert drift["speed"] > 1
    assert drift["town"] > 1
    assert rang(found) == []


def test_slices_share_the_limit_among_a_year_of_all_signals() -> None:
    diabetes = load_model(Path("models/diabetes"))
    flights = load_model(Path("models/flight_delay"))
    assert set(Rules.of(flights, "probability").limits.values()) == {0.02}
    undated = flights.model_copy(update={"data": diabetes.data})
    assert set(Rules.of(undated, "probability").limits.values()) == {0.02 / (3 * 52)}


@pytest.mark.slow
def test_a_stationary_table_raises_nothing() -> None:
    """400 tables of 26 slices and three signals each: at most one in a hundred may ring at all.

    The limit promises 2 % for 52 slices. With the limit of dated weeks it would be most of them.
    """
    limits = {signal: 0.02 / (3 * 52) for signal in RULES.limits}
    rules = replace(RULES, limits=limits)
    plain = summaries([answers(50)])[0]
    tables = [_figures(plain, seed) for seed in range(400)]
    assert sum(_rings(each, rules) for each in tables) <= 4
    assert sum(_rings(each, RULES) for each in tables[:80]) > 20


def _rings(slices: list[WeekSummary], rules: Rules) -> bool:
    return any(one.breach for one in findings(slices, rules, {}))


def _figures(
    plain: WeekSummary, seed: int, slices: int = 26, rows: int = 500
) -> list[WeekSummary]:
    """Slices of one stationary table, as summaries without the cost of features."""
    generator = np.random.default_rng(seed)
    chance = generator.beta(2, 8, (slices, rows))
    label = generator.uniform(size=chance.shape) < chance
    found = []
    for number in range(slices):
        late, early = chance[number][label[number]], chance[number][~label[number]]
        area = float((late[:, None] > early[None, :]).mean())
        found.append(
            replace(
                plain,
                week=replace(plain.week, start=FIRST_MONDAY).before(-number),
                values={
                    ("mean_prediction", ""): float(chance[number].mean()),
                    ("label_rate", ""): float(label[number].mean()),
                    ("performance", "roc_auc"): area,
                },
            )
        )
    return found
