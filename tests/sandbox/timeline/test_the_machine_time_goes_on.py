"""By the machine's time each tick does what became due, however long the machine slept."""

import datetime

import pytest

from sandbox.timeline.clock import text
from sandbox.timeline.due import LIMIT, Due, latest_of_each
from tests.sandbox.timeline.journals import START, Journal, Schedules, later


def test_a_tick_leaves_alone_what_somebody_else_starts_by_the_machine_time() -> None:
    journal = Journal(*range(48))
    assert journal.timeline().tick() is not None
    assert journal.entries == ["alarms now"]


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
