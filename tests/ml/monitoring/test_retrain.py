"""A retraining that nobody typed stays within its spec's limits, counted in event time."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ml.monitoring.retrain import Request, Started, Trigger, decide, training_window
from ml.monitoring.training_cost import Estimate, estimate
from ml.spec import load_model
from ml.spec_operations import Retrain
from ml.workloads import training_steps

AT = datetime(2013, 12, 10, 6, tzinfo=UTC)
COST = Estimate(usd=1.0, told="one dollar, unverified")
LIMITS = Retrain(triggers=("alarm", "schedule"), cooldown_days=7, weekly_limit=2, cost_cap_usd=3)


def asked(at: datetime = AT, trigger: Trigger = "alarm") -> Request:
    return Request(key=str(at), model="flight_delay", trigger=trigger, cause="alarm a", at=at)


def started(*days: float, cost: float = 1.0) -> list[Started]:
    return [Started(at=AT + timedelta(days=day), cost_usd=cost) for day in days]


def test_a_first_request_starts_and_says_what_it_rests_on() -> None:
    found = decide(asked(), LIMITS, [], COST)
    assert found.starts
    assert found.cost_usd == 1.0
    assert "alarm a" in found.reason
    assert "unverified" in found.reason


def test_a_trigger_that_the_spec_does_not_name_starts_nothing() -> None:
    found = decide(asked(), Retrain(triggers=("schedule",)), [], COST)
    assert not found.starts
    assert "'alarm'" in found.reason


@pytest.mark.parametrize(("day", "starts"), [(-6.9, False), (6.9, False), (-7, True), (7, True)])
def test_the_cool_down_counts_event_time_on_both_sides(day: float, starts: bool) -> None:
    """An event that was delayed meets retrainings that happened after it."""
    limits = LIMITS.model_copy(update={"weekly_limit": 9})
    assert decide(asked(), limits, started(day), COST).starts is starts


def test_the_weekly_limit_holds_without_a_cool_down() -> None:
    limits = LIMITS.model_copy(update={"cooldown_days": 0})
    assert decide(asked(), limits, started(-1), COST).starts
    found = decide(asked(), limits, started(-1, 2), COST)
    assert not found.starts
    assert "weekly limit of 2" in found.reason


def test_the_cost_cap_holds_in_a_calendar_month_and_not_in_the_next() -> None:
    limits = LIMITS.model_copy(update={"cooldown_days": 0, "weekly_limit": 99})
    assert decide(asked(), limits, started(-9, -8), COST).starts
    refused = decide(asked(), limits, started(-9, -8, 10), COST)
    assert not refused.starts
    assert "cost cap of 3 USD" in refused.reason
    november = started(-11, -12, -13)
    assert decide(asked(), limits, november, COST).starts


def test_without_a_price_no_cap_can_hold_so_nothing_starts() -> None:
    found = decide(asked(), LIMITS, [], None)
    assert not found.starts
    assert "price" in found.reason


@given(st.lists(st.floats(-40, 40), max_size=30), st.integers(0, 20), st.integers(1, 4))
def test_whatever_the_order_of_events_no_window_holds_more_than_the_limits(
    days: list[float], cooldown: int, weekly: int
) -> None:
    limits = Retrain(
        triggers=("alarm",), cooldown_days=cooldown, weekly_limit=weekly, cost_cap_usd=5
    )
    begun: list[Started] = []
    for day in days:
        at = AT + timedelta(days=day)
        if decide(asked(at), limits, begun, COST).starts:
            begun.append(Started(at=at, cost_usd=COST.usd))
    moments = sorted(one.at for one in begun)
    for one in moments:
        week = [other for other in moments if one <= other < one + timedelta(days=7)]
        assert len(week) <= weekly
    for earlier, later in pairwise(moments):
        assert later - earlier >= timedelta(days=cooldown)
    for one in moments:
        assert sum((m.year, m.month) == (one.year, one.month) for m in moments) <= 5


def test_training_reads_what_lies_before_the_event_s_day() -> None:
    assert training_window(AT, LIMITS, dated=True) == {"end": "2013-12-10"}
    short = LIMITS.model_copy(update={"window_days": 180})
    assert training_window(AT, short, dated=True) == {"end": "2013-12-10", "days": "180"}
    assert training_window(AT, short, dated=False) == {}


@pytest.mark.parametrize(
    ("zone", "hour", "end"),
    [
        ("America/New_York", 4, "2013-12-09"),
        ("America/New_York", 5, "2013-12-10"),
        ("Asia/Tokyo", 14, "2013-12-10"),
        ("Asia/Tokyo", 15, "2013-12-11"),
        ("UTC", 0, "2013-12-10"),
    ],
)
def test_no_day_is_read_that_is_not_over_where_the_data_are(
    zone: str, hour: int, end: str
) -> None:
    at = datetime(2013, 12, 10, hour, 59, tzinfo=UTC)
    assert training_window(at, LIMITS, dated=True, zone=ZoneInfo(zone)) == {"end": end}


def test_the_flights_learn_up_to_midnight_in_new_york() -> None:
    """The alarm of December's first whole week comes at 6:01 UTC, an hour after midnight there."""
    data = load_model(Path("models/flight_delay")).data
    found = training_window(AT + timedelta(minutes=1), LIMITS, dated=True, zone=data.zone)
    assert found == {"end": "2013-12-10"}
    evening = training_window(AT - timedelta(hours=2), LIMITS, dated=True, zone=data.zone)
    assert evening == {"end": "2013-12-09"}


def test_a_run_has_a_price_that_says_where_it_comes_from() -> None:
    steps = training_steps(load_model(Path("models/flight_delay")))
    found = estimate(steps)
    assert found is not None
    assert 0 < found.usd < 5
    assert "unverified" in found.told
    elsewhere = replace(steps[-1], instance_type="ml.unheard.of")
    assert estimate([*steps[:-1], elsewhere]) is None
