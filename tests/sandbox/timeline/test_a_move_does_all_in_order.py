"""A move does everything in the order of time, and one failure takes nothing else with it."""

import datetime

import pytest

from sandbox.timeline.clock import ClockError, parse, text
from sandbox.timeline.due import LIMIT, Outcome
from tests.sandbox.timeline.journals import START, Journal, later


def test_alarms_are_evaluated_up_to_each_firing_and_to_the_end() -> None:
    journal = Journal(3, 1)
    timeline = journal.timeline()
    timeline.move(START)
    timeline.move(later(4))
    assert journal.entries == [
        "alarms 00:00 to 01:00",
        "fired at 01:00",
        "alarms 01:00 to 03:00",
        "fired at 03:00",
        "alarms 03:00 to 04:00",
    ]


def test_setting_the_clock_for_the_first_time_does_nothing() -> None:
    journal = Journal(1)
    assert journal.timeline().move(later(4)).fired == []
    assert journal.entries == []


def test_a_failure_is_told_and_the_next_thing_still_fires() -> None:
    def fail() -> list[Outcome]:
        raise RuntimeError("out of paper")

    journal = Journal(1, 2, fire=fail)
    timeline = journal.timeline()
    timeline.move(START)
    moved = timeline.move(later(3))
    assert [each.outcome.result for each in moved.fired] == ["failed", "failed"]
    assert "out of paper" in moved.fired[0].outcome.detail


def test_a_refused_move_leaves_the_clock_where_it_was() -> None:
    journal = Journal(*(each / 3600 for each in range(1, LIMIT + 2)))
    timeline = journal.timeline()
    timeline.move(START)
    with pytest.raises(ClockError, match="smaller steps"):
        timeline.move(later(48))
    assert journal.clock.now() == START
    assert journal.entries == []


def test_advancing_from_the_machine_time_begins_there() -> None:
    journal = Journal()
    begun = datetime.datetime.now(datetime.UTC)
    moved = journal.timeline().advance(3600)
    assert begun <= moved.before <= datetime.datetime.now(datetime.UTC)
    assert journal.clock.now() - moved.before == datetime.timedelta(hours=1)


@pytest.mark.parametrize(
    ("given", "read"),
    [
        ("2013-07-01", "2013-07-01T00:00:00Z"),
        ("2013-07-01T06:30", "2013-07-01T06:30:00Z"),
        ("2013-07-01T06:30:00Z", "2013-07-01T06:30:00Z"),
        ("2013-07-01T02:30:00-04:00", "2013-07-01T06:30:00Z"),
    ],
)
def test_a_time_is_utc_unless_it_says_otherwise(given: str, read: str) -> None:
    assert text(parse(given)) == read
