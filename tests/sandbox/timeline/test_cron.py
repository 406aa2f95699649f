"""A cron line is due when its zone's clocks say so, also when those clocks are changed."""

import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.aws.schedules.expressions import due
from sandbox.timeline.cron import ExpressionError, moments, zone

UTC = datetime.UTC


def at(*parts: int) -> datetime.datetime:
    return datetime.datetime(*parts, tzinfo=UTC)  # type: ignore[misc,arg-type]


def kubernetes(
    line: str, after: datetime.datetime, until: datetime.datetime, place: str = "UTC"
) -> list[datetime.datetime]:
    return list(moments(line, zone(place), after, until, twice=True))


def aws(
    expression: str, after: datetime.datetime, until: datetime.datetime, place: str = "UTC"
) -> list[datetime.datetime]:
    return list(due(expression, zone(place), after, until))


def test_the_moment_moved_to_is_due_and_the_one_moved_from_is_not() -> None:
    monday = at(2013, 7, 1, 6)
    assert kubernetes("0 6 * * 1", monday, monday + datetime.timedelta(days=7)) == [
        at(2013, 7, 8, 6)
    ]


def test_half_a_year_of_weeks_is_twenty_six_mondays() -> None:
    found = kubernetes("0 6 * * 1", at(2013, 7, 1), at(2013, 12, 30))
    assert len(found) == 26
    assert {each.weekday() for each in found} == {0}


def test_a_local_hour_keeps_its_place_over_the_change_to_winter_time() -> None:
    found = kubernetes("0 6 * * *", at(2013, 11, 2), at(2013, 11, 4, 23), "America/New_York")
    assert found == [at(2013, 11, 2, 10), at(2013, 11, 3, 11), at(2013, 11, 4, 11)]


def test_an_hour_that_comes_twice_fires_twice_in_kubernetes_and_once_in_eventbridge() -> None:
    night = at(2013, 11, 3), at(2013, 11, 3, 12)
    assert kubernetes("30 1 * * *", *night, "America/New_York") == [
        at(2013, 11, 3, 5, 30),
        at(2013, 11, 3, 6, 30),
    ]
    assert aws("cron(30 1 * * ? *)", *night, "America/New_York") == [at(2013, 11, 3, 5, 30)]


def test_an_hour_that_is_left_out_does_not_fire() -> None:
    night = at(2013, 3, 10), at(2013, 3, 10, 12)
    assert kubernetes("30 2 * * *", *night, "America/New_York") == []


def test_day_of_month_or_day_of_week_is_enough_when_both_are_given() -> None:
    found = kubernetes("0 0 1 * 1", at(2013, 6, 30, 12), at(2013, 7, 8, 12))
    assert found == [at(2013, 7, 1), at(2013, 7, 8)]


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("cron(0 6 ? * 2 *)", [at(2013, 7, 1, 6), at(2013, 7, 8, 6)]),
        ("cron(0 6 ? * MON *)", [at(2013, 7, 1, 6), at(2013, 7, 8, 6)]),
        ("cron(0 6 ? * MON-TUE 2013)", [at(2013, 7, d, 6) for d in (1, 2, 8, 9)]),
        ("cron(0 6 ? * 2#2 *)", [at(2013, 7, 8, 6)]),
        ("cron(0 6 ? * 7L *)", [at(2013, 6, 29, 6)]),
        ("cron(0 0/12 1 * ? *)", [at(2013, 7, 1), at(2013, 7, 1, 12)]),
        ("cron(0 6 1 7 ? 2014-2016)", []),
        ("cron(0 6 1 7 ? 2011/2)", [at(2013, 7, 1, 6)]),
        ("cron(0 0 L 6 ? *)", [at(2013, 6, 30)]),
        ("rate(7 days)", [at(2013, 7, 4)]),
        ("at(2013-07-01T08:00:00)", [at(2013, 7, 1, 8)]),
    ],
)
def test_what_eventbridge_writes_is_read(expression: str, expected: list[object]) -> None:
    assert aws(expression, at(2013, 6, 29), at(2013, 7, 10)) == expected


def test_a_time_that_is_named_is_local() -> None:
    found = aws("at(2013-07-01T08:00:00)", at(2013, 7, 1), at(2013, 7, 2), "America/New_York")
    assert found == [at(2013, 7, 1, 12)]


@pytest.mark.parametrize(
    "expression",
    [
        "every day",
        "rate(0 days)",
        "rate(1 fortnight)",
        "cron(0 6 * * *)",
        "cron(0 6 1 * 1 *)",
        "cron(0 25 1 * ? *)",
        "cron(0 6 15W * ? *)",
        "cron(0 6 1 * ? soon)",
        "at(tomorrow)",
    ],
)
def test_what_eventbridge_would_refuse_is_refused(expression: str) -> None:
    with pytest.raises(ExpressionError):
        aws(expression, at(2013, 7, 1), at(2013, 7, 2))


def test_a_zone_that_does_not_exist_is_named() -> None:
    with pytest.raises(ExpressionError, match="Mars"):
        zone("Mars/Olympus")


LINES = st.sampled_from(["0 6 * * 1", "*/7 * * * *", "30 2 * * *", "0 0 1,15 * *", "@daily"])
PLACES = st.sampled_from(["UTC", "America/New_York", "Europe/Paris", "Australia/Lord_Howe"])
TIMES = st.datetimes(
    datetime.datetime(2013, 1, 1), datetime.datetime(2013, 12, 1), timezones=st.just(UTC)
)


@settings(max_examples=40, deadline=None)
@given(LINES, PLACES, TIMES, st.integers(0, 600), st.integers(0, 600))
def test_two_steps_fire_what_one_step_does(
    line: str, place: str, start: datetime.datetime, first: int, second: int
) -> None:
    middle = start + datetime.timedelta(minutes=first)
    end = middle + datetime.timedelta(minutes=second)
    whole = kubernetes(line, start, end, place)
    assert sorted(
        kubernetes(line, start, middle, place) + kubernetes(line, middle, end, place)
    ) == sorted(whole)
    assert len(set(whole)) == len(whole)
