"""A move does everything in the order of time, and one failure takes nothing else with it."""

import datetime
from collections.abc import Callable

import pytest

from sandbox.timeline.clock import ClockError, SandboxClock, parse, text
from sandbox.timeline.due import LIMIT, Due, Outcome, latest_of_each
from sandbox.timeline.timeline import AlarmChange, Timeline

START = datetime.datetime(2013, 7, 1, tzinfo=datetime.UTC)


def later(hours: float) -> datetime.datetime:
    return START + datetime.timedelta(hours=hours)


class Journal:
    """Writes down what it was asked, as alarms and as a source of things due each hour."""

    by_wall = False

    def __init__(self, *hours: float, fire: Callable[[], list[Outcome]] | None = None) -> None:
        self.entries: list[str] = []
        self._hours = hours
        self._fire = fire
        self.clock = SandboxClock()

    def due(
        self, after: datetime.datetime, until: datetime.datetime, problems: list[str]
    ) -> list[Due]:
        return [
            Due(at=later(each), kind="rule", environment="dev", name=f"{each}", fire=self._start)
            for each in self._hours
            if after < later(each) <= until
        ]

    def _start(self) -> list[Outcome]:
        self.entries.append(f"fired at {self.clock.now():%H:%M}")
        return self._fire() if self._fire else [Outcome(target="t", result="delivered")]

    def replay(
        self, after: datetime.datetime, until: datetime.datetime, problems: list[str]
    ) -> list[AlarmChange]:
        self.entries.append(f"alarms {after:%H:%M} to {until:%H:%M}")
        return []

    def observe(self, now: datetime.datetime, problems: list[str]) -> list[AlarmChange]:
        self.entries.append("alarms now")
        return []

    def timeline(self) -> Timeline:
        return Timeline(self.clock, self, [self])


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
    assert abs((moved.before - begun).total_seconds()) < 10
    assert journal.clock.now() - moved.before == datetime.timedelta(hours=1)


def test_a_tick_leaves_alone_what_somebody_else_starts_by_the_machine_time() -> None:
    journal = Journal(*range(48))
    assert journal.timeline().tick() is not None
    assert journal.entries == ["alarms now"]


class Schedules(Journal):
    """One every minute and one every Monday, by the machine's time."""

    by_wall = True

    def due(
        self, after: datetime.datetime, until: datetime.datetime, problems: list[str]
    ) -> list[Due]:
        found = []
        for name, minutes in (("minutely", 1), ("weekly", 7 * 24 * 60)):
            step = datetime.timedelta(minutes=minutes)
            first = (after - START) // step + 1
            for number in range(first, (until - START) // step + 1):
                at = START + number * step
                found.append(
                    Due(at=at, kind="rule", environment="dev", name=name, fire=self._start)
                )
        return found


def test_after_a_long_sleep_each_schedule_starts_once_and_then_all_goes_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = START
    monkeypatch.setattr("sandbox.timeline.timeline.wall", lambda: now)
    journal = Schedules()
    timeline = journal.timeline()

    def ticked() -> tuple[list[tuple[str, str]], list[str]]:
        moved = timeline.tick()
        assert moved is not None
        return [(each.due.name, text(each.due.at)) for each in moved.fired], moved.problems

    now = START + (LIMIT + 100) * datetime.timedelta(minutes=1)
    fired, problems = ticked()
    assert fired == [("weekly", "2013-07-08T00:00:00Z"), ("minutely", text(now))]
    (gap,) = problems
    assert f"{LIMIT + 101} things were due between 2013-07-01T00:00:00Z and {text(now)}" in gap
    assert journal.entries[-1] == "alarms now"
    now += datetime.timedelta(minutes=2)
    fired, problems = ticked()
    assert [name for name, _ in fired] == ["minutely", "minutely"]
    assert problems == []


def test_two_of_one_name_are_two_schedules() -> None:
    named = [
        Due(at=START, kind="rule", environment="dev", name="a", arn=arn, fire=Schedules()._start)
        for arn in ("one", "other")
    ]
    assert latest_of_each(named) == named


def test_a_tick_that_fails_does_not_make_the_next_one_fail(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = START
    monkeypatch.setattr("sandbox.timeline.timeline.wall", lambda: now)
    journal = Schedules()
    timeline = journal.timeline()
    asked = journal.due

    def fragile(after: datetime.datetime, until: datetime.datetime, told: list[str]) -> list[Due]:
        if after == START:
            raise OverflowError("date value out of range")
        return asked(after, until, told)

    monkeypatch.setattr(journal, "due", fragile)
    now = later(1)
    with pytest.raises(OverflowError):
        timeline.tick()
    now += datetime.timedelta(minutes=1)
    moved = timeline.tick()
    assert moved is not None
    assert [text(each.due.at) for each in moved.fired] == [text(now)]


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
