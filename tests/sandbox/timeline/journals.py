"""What stands behind a timeline in tests: alarms that never ring, what is due and noted."""

import datetime
from collections.abc import Callable

from sandbox.timeline.clock import SandboxClock
from sandbox.timeline.due import Due, Outcome
from sandbox.timeline.timeline import AlarmChange, Timeline

START = datetime.datetime(2013, 7, 1, tzinfo=datetime.UTC)


def later(hours: float) -> datetime.datetime:
    """So long after the start."""
    return START + datetime.timedelta(hours=hours)


class NoAlarms:
    """Nothing rings."""

    def replay(
        self, after: datetime.datetime, until: datetime.datetime, problems: list[str]
    ) -> list[AlarmChange]:
        return []

    def observe(self, now: datetime.datetime, problems: list[str]) -> list[AlarmChange]:
        return []


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
