"""Windows are whole weeks of days, Monday to Monday, or full slices; a part of one is neither."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from ml.monitoring.windows import FIRST_MONDAY, Week, complete_weeks, cut_into_slices

days = st.dates(date(2010, 1, 1), date(2030, 1, 1))


def test_a_week_under_way_at_either_end_is_left_out() -> None:
    wednesday, sunday = date(2013, 7, 3), date(2013, 7, 21)
    assert complete_weeks(wednesday, sunday) == [Week(date(2013, 7, 8))]
    assert complete_weeks(wednesday, sunday + timedelta(days=1)) == [
        Week(date(2013, 7, 8)),
        Week(date(2013, 7, 15)),
    ]


@given(days, days)
def test_weeks_follow_each_other_from_monday_to_monday_within_the_days(
    first: date, until: date
) -> None:
    weeks = complete_weeks(first, until)
    for week, following in pairwise(weeks):
        assert week.end == following.start
        assert following.before(1) == week
    for week in weeks:
        assert week.start.weekday() == 0
        assert first <= week.start
        assert week.end <= until
    inside = (until - first).days
    assert len(weeks) >= inside // 7 - 1


def test_slices_are_equal_and_a_rest_waits_for_more_rows() -> None:
    frame = pl.DataFrame({"n": range(25)})
    slices = cut_into_slices(frame, 10)
    assert [part["n"].to_list() for part in slices.values()] == [
        list(range(10)),
        list(range(10, 20)),
    ]
    assert list(slices) == [Week(FIRST_MONDAY), Week(FIRST_MONDAY + timedelta(days=7))]
    assert list(cut_into_slices(frame.head(9), 10)) == []
