"""The replay asks only what was known, and tells an outcome at the moment it became known."""

from datetime import date, timedelta

import polars as pl
import pytest

from models.flight_delay.replay import ASKED_AT, KEY, KNOWN_AT, LABEL, lived

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def half() -> pl.DataFrame:
    return lived(date(2013, 7, 1), date(2013, 12, 31))


def test_every_flight_of_the_half_year_comes_once_in_the_order_of_departure(
    half: pl.DataFrame,
) -> None:
    assert half.height == 170_618
    assert half.select(KEY).is_unique().all()
    assert half[ASKED_AT].is_sorted()
    assert half["flight_date"].n_unique() == 184


def test_what_never_arrived_has_no_outcome_and_no_moment(half: pl.DataFrame) -> None:
    unknown = half.filter(pl.col(LABEL).is_null())
    assert unknown[KNOWN_AT].null_count() == unknown.height > 1_000
    assert half.filter(pl.col(LABEL).is_not_null())[KNOWN_AT].null_count() == 0


def test_an_outcome_is_known_after_the_question_and_within_two_days(half: pl.DataFrame) -> None:
    waited = half.drop_nulls(LABEL).select(waited=pl.col(KNOWN_AT) - pl.col(ASKED_AT))["waited"]
    assert waited.min() > timedelta(minutes=15)
    assert waited.max() < timedelta(hours=48)


def test_late_is_thirty_minutes_or_more(half: pl.DataFrame) -> None:
    labelled = half.drop_nulls(LABEL)
    delay = labelled["arr_delay"].cast(pl.Float64)
    assert (labelled[LABEL] == (delay >= 30).cast(pl.Float64)).all()
