"""A week is watched once it is complete; no date that cannot be true completes one."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest

from ml.data.lakehouse import Lakehouse
from ml.failures import StepError
from ml.monitoring.metrics_table import weeks_of
from ml.monitoring.windows import Week
from ml.spec import ModelSpec
from tests.ml.monitoring.lake import answer_day, answer_weeks, answers_of
from tests.ml.steps.heard import CloudWatch
from tests.ml.steps.watched import MODEL, monday, watch, with_two_features

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def spec() -> ModelSpec:
    return with_two_features()


def test_a_week_is_complete_when_an_answer_of_a_later_one_is_there(
    spec: ModelSpec, lake: Lakehouse, told: CloudWatch
) -> None:
    answer_weeks(lake, spec, 2)
    assert weeks_of(watch(lake)) == [Week(monday(0))]
    answer_day(lake, spec, monday(2))
    assert weeks_of(watch(lake)) == [Week(monday(0)), Week(monday(1))]


def test_until_says_that_a_week_is_over_without_waiting_for_the_next_answer(
    spec: ModelSpec, lake: Lakehouse, told: CloudWatch
) -> None:
    answer_weeks(lake, spec, 2)
    assert len(weeks_of(watch(lake, "--until", str(monday(2))))) == 2


def test_a_date_that_cannot_be_true_closes_no_week(
    spec: ModelSpec, lake: Lakehouse, told: CloudWatch
) -> None:
    """One request about the year 2999 must not make every week before it final."""
    answer_weeks(lake, spec, 2)
    answer_day(lake, spec, date(2013, 7, 9), received_on=date(2013, 7, 9), asked=date(2999, 1, 1))
    assert weeks_of(watch(lake)) == [Week(monday(0))]


def test_a_question_without_a_key_closes_no_week_of_those_with_one(
    spec: ModelSpec, lake: Lakehouse, told: CloudWatch
) -> None:
    """Its day is the server's: the replayed week under way would end years before its time."""
    answer_weeks(lake, spec, 2)
    predictions, _ = answers_of(spec, date(2026, 3, 20), 10, received_on=date(2026, 3, 20))
    unsaid = predictions.with_columns(event_day=pl.lit(None, pl.Date))
    lake.append(f"predictions/{MODEL}", unsaid, app_id="unsaid", app_version=1)
    assert weeks_of(watch(lake)) == [Week(monday(0))]


def test_a_week_that_cannot_be_watched_is_refused_by_name(
    spec: ModelSpec, lake: Lakehouse, told: CloudWatch
) -> None:
    answer_weeks(lake, spec, 1)
    with pytest.raises(StepError, match="2013-07-02 is not the Monday of a complete week"):
        watch(lake, "--week", "2013-07-02")
    with pytest.raises(StepError, match="not a date"):
        watch(lake, "--week", "soon")
