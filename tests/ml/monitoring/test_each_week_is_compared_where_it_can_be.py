"""A figure is compared with the weeks and packages that know it: on enough evidence or not."""

from __future__ import annotations

import polars as pl
import pytest

from tests.ml.monitoring.answers import answers, summaries
from tests.ml.monitoring.watched import CALM, facts, rang, told


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
