"""The step `watch` says the same however often it is run, and reads only what was added."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl
import pytest

from ml.data.lakehouse import Lakehouse
from ml.monitoring.answered_week import AnsweredWeek
from ml.monitoring.answered_weeks import AnsweredWeeks
from ml.monitoring.metrics_table import of_week, weeks_of
from ml.monitoring.windows import Week
from ml.spec import ModelSpec
from tests.ml.monitoring.lake import add_labels, answer_day, answer_weeks, answers_of
from tests.ml.steps.heard import CloudWatch
from tests.ml.steps.watched import MODEL, monday, said, watch, with_two_features

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def spec() -> ModelSpec:
    return with_two_features()


def test_weeks_to_which_nothing_was_added_are_not_read_again(
    spec: ModelSpec, lake: Lakehouse, told: CloudWatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer_weeks(lake, spec, 6, labelled=0.5)
    first = watch(lake, "--until", str(monday(6)))
    read: list[date] = []
    original = AnsweredWeeks.read

    def counted(self: AnsweredWeeks, part: AnsweredWeek) -> pl.DataFrame:
        read.append(part.week.start)
        return original(self, part)

    monkeypatch.setattr(AnsweredWeeks, "read", counted)
    assert watch(lake, "--until", str(monday(6))).equals(first)
    assert read == []
    _, labels = answers_of(spec, monday(4), 60)
    add_labels(lake, spec, labels, "late")
    answer_day(lake, spec, monday(6))
    again = watch(lake, "--until", str(monday(7)))
    assert read == [monday(4), monday(6)]
    for found in lake_files(lake, "summaries"):
        found.unlink()
    assert watch(lake, "--until", str(monday(7))).equals(again)
    assert len(set(read)) == 7


def lake_files(lake: Lakehouse, folder: str) -> list[Path]:
    return [each for each in Path(lake.root).rglob("*.json") if each.parent.name == folder]


def test_the_same_run_again_writes_nothing(
    spec: ModelSpec, lake: Lakehouse, told: CloudWatch
) -> None:
    answer_weeks(lake, spec, 2)
    first = watch(lake, "--until", str(monday(2)))
    version = lake.version(f"metrics/{MODEL}")
    assert watch(lake, "--until", str(monday(2))).equals(first)
    assert lake.version(f"metrics/{MODEL}") == version


def test_late_labels_open_a_week_again_and_replace_its_rows(
    spec: ModelSpec, lake: Lakehouse, told: CloudWatch
) -> None:
    answer_weeks(lake, spec, 2, labelled=0.3)
    few = of_week(watch(lake, "--until", str(monday(2))), Week(monday(0)))
    add_labels(lake, spec, answers_of(spec, monday(0), 60)[1], "late")
    all_ = of_week(watch(lake, "--until", str(monday(2))), Week(monday(0)))
    assert few["labelled"][0] < 40
    assert all_["labelled"].unique().to_list() == [60]


def test_a_week_that_is_final_stays_as_it_was(
    spec: ModelSpec, lake: Lakehouse, told: CloudWatch
) -> None:
    answer_weeks(lake, spec, 5, labelled=0.5)
    first = watch(lake, "--until", str(monday(5)))
    made = [answers_of(spec, monday(n), 60) for n in range(5)]
    add_labels(lake, spec, pl.concat([labels for _, labels in made]), "late")
    again = watch(lake, "--until", str(monday(5)))
    changed = {
        week.start
        for week in weeks_of(again)
        if not said(of_week(again, week)).equals(said(of_week(first, week)))
    }
    # The newest week and those that ended at most 14 days before it did.
    assert changed == {monday(2), monday(3), monday(4)}


def test_one_week_says_the_same_alone_as_among_all(
    spec: ModelSpec, lake: Lakehouse, told: CloudWatch
) -> None:
    """Also where it is judged by weeks whose labels are not whole."""
    for number in range(11):
        answer_day(lake, spec, monday(number), labelled=0.2 if number in (3, 7) else 1.0)
    until = str(monday(11))
    one = watch(lake, "--until", until, "--week", str(monday(10)))
    assert weeks_of(one) == [Week(monday(10))]
    everything = watch(lake, "--until", until)
    assert said(of_week(everything, Week(monday(10)))).equals(said(one))
    assert len(weeks_of(everything)) == 11
