"""Only what was declared can ring, only against recent weeks, and only on enough evidence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from ml.development.evaluate import evaluate
from ml.development.scored import CANDIDATE, scored_rows
from ml.monitoring.drift import PackageFacts
from ml.monitoring.fingerprint import fingerprint
from ml.monitoring.signals import WeekSummary
from ml.monitoring.watch import Finding, Rules, findings
from ml.monitoring.windows import FIRST_MONDAY
from ml.spec import load_model
from tests.ml.monitoring.answers import SUBJECT, answers, summaries

RULES = Rules(
    subject=SUBJECT,
    reference_weeks=8,
    baselines=("validation", "test_labelled", "recent_production", "same_season"),
    limits={"mean_prediction": 0.02, "label_rate": 0.02, "performance": 0.02},
)
CALM = [answers(seed=seed) for seed in range(10)]


def facts(rows: pl.DataFrame) -> PackageFacts:
    scored = scored_rows(
        rows,
        task="classification",
        label="label",
        day=None,
        slices=(),
        scores={CANDIDATE: rows["score"].to_numpy()},
    )
    return PackageFacts(
        fingerprint={
            "holdout": fingerprint(rows.select("speed", "town")),
            "predictions": fingerprint(rows.select(probability="score")),
        },
        metrics=evaluate(scored, slices=[]),
    )


def told(
    weeks: list[WeekSummary], packages: Mapping[str, PackageFacts] | None = None
) -> list[Finding]:
    return list(findings(weeks, RULES, packages or {}))


def rang(found: list[Finding]) -> list[tuple[str, str]]:
    return [(str(one.week.week.start), one.key[0]) for one in found if one.breach]


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


def test_each_row_says_what_it_was_compared_with() -> None:
    usual = facts(CALM[0])
    week = told(summaries(CALM[:1]), {"sha256:1": usual})
    table = {(one.baseline, *one.key): one for one in week}
    rate = CALM[0]["label"].mean()
    assert table["test_labelled", "label_rate", ""].reference == pytest.approx(rate, abs=1e-5)
    auc = table["test_labelled", "performance", "roc_auc"]
    assert auc.reference == pytest.approx(auc.value, abs=1e-5)
    assert table["validation", "mean_prediction", ""].reference == pytest.approx(
        CALM[0]["score"].mean()
    )
    assert table["validation", "psi", "speed"].value == 0
    assert table["validation", "missing", "town"].reference == pytest.approx(
        (CALM[0]["town"] == "").mean()
    )


def test_the_same_week_of_the_year_before_is_shown_where_there_is_one() -> None:
    weeks = summaries([answers(seed=seed) for seed in range(54)])
    seasons = [one for one in told(weeks) if one.baseline == "same_season"]
    assert {str(one.week.week.start) for one in seasons} == {"2014-06-30", "2014-07-07"}
    rate = next(one for one in seasons if one.key == ("label_rate", ""))
    assert rate.reference == weeks[0].values["label_rate", ""]
    assert not any(one.breach for one in seasons)


def test_labels_still_on_their_way_make_no_figure_and_no_later_reference() -> None:
    bad_news_first = pl.when(pl.col("label") == 1).then("label")
    weeks = [*CALM, answers(seed=20).with_columns(label=bad_news_first), answers(seed=21)]
    found = told(summaries(weeks))
    signals = {one.key[0] for one in found if str(one.week.week.start) == "2013-09-09"}
    assert not signals & {"performance", "label_rate", "calibration"}
    assert {"mean_prediction", "label_coverage"} <= signals
    # Seven of the eight weeks before the last have a rate; that is enough.
    last = [one for one in found if str(one.week.week.start) == "2013-09-16"]
    rate = next(one for one in last if one.key[0] == "label_rate")
    assert rate.p is not None
    assert rate.reference == pytest.approx(0.2, abs=0.03)


def test_weeks_without_answers_leave_a_gap_and_not_a_shorter_memory() -> None:
    """After four empty weeks only four of the eight before are known: nothing is judged."""
    weeks = [*summaries(CALM), *summaries([answers(seed=20, rate=0.45)], first=14)]
    last = [one for one in told(weeks) if one.week is weeks[-1] and one.kind == "alarm"]
    assert {one.note for one in last} == {"not enough history: 4 whole weeks, 6 needed"}
    assert rang(told(weeks)) == []


def test_a_version_with_other_features_is_compared_where_it_can_be() -> None:
    other = answers(seed=30, version="2").drop("town")
    found = told(summaries([*CALM, other]))
    last = [one for one in found if one.week.versions == "2"]
    assert {one.key[0] for one in last if one.baseline == "recent_production"} >= {
        "mean_prediction",
        "performance",
    }
    assert not [one for one in last if one.key[0] == "psi"]


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
