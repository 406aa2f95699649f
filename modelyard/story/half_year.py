"""July to December of the flights: a month lands before its first day, while another is lived."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from importlib import import_module
from typing import Any

from modelyard.live.freshness import wait_for_tables
from modelyard.live.landing import example_batches, land, start_ingest
from modelyard.live.training import follow
from modelyard.place import Place
from modelyard.story.attempts import ingest_name, ingested
from modelyard.story.lengths import FLIGHTS
from modelyard.story.replay import MOST_WEEKS, ONE_DAY, WEEK
from modelyard.story.subject import Report


@dataclass(kw_only=True)
class HalfYear:
    """The flights as they were lived; see `models/flight_delay/replay.py`."""

    place: Place
    report: Report
    model: str = FLIGHTS
    weeks: int = MOST_WEEKS
    """How many of its weeks are lived."""
    first: date = date(2013, 7, 1)
    latest: timedelta = timedelta(days=3)
    _ready: int = 0
    _runs: dict[int, str] = field(default_factory=dict)

    @property
    def key(self) -> tuple[str, ...]:
        """A flight is found again by its day, carrier, number and origin."""
        found: tuple[str, ...] = _past().KEY
        return found

    @property
    def last(self) -> date:
        """A day beyond the last week, for only that says that it is over."""
        return self.first + self.weeks * WEEK + ONE_DAY

    def mondays(self) -> tuple[date, ...]:
        """Every week that lies whole between the ends."""
        return tuple(self.first + number * WEEK for number in range(self.weeks))

    def ready(self, day: date) -> None:
        """Return once the month's features can be asked for; begin with the month after."""
        month = day.month
        if month <= self._ready:
            return
        self._begin(month)
        if month in self._runs:
            follow(self.place, self._runs[month], self.report)
        wait_for_tables(self.place, self.model)
        self._ready = month
        self._begin(month + 1)

    def lived(self, first: date, last: date) -> Any:
        """Return the flights of these local days."""
        return _past().lived(first, last)

    def _begin(self, month: int) -> None:
        purpose = f"story-life-{month:02d}"
        if month > self.last.month or month in self._runs:
            return
        if ingested(self.place, self.model, purpose):
            return
        for key in land(self.place, example_batches(self.model, (month,), whole=False)):
            self.report(f"prod landed {key}")
        name = ingest_name(self.place, self.model, purpose)
        self._runs[month] = start_ingest(self.place, self.model, name)


def _past() -> Any:
    return import_module(f"models.{FLIGHTS}.replay")
