"""What watching found of one live model and what came of it, as the report shows it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from typing import Any

from modelyard.live.aftermath import Aftermath
from modelyard.live.retrainings import Retraining
from modelyard.live.watch_alarms import WatchAlarm
from modelyard.live.watching import RECENT, Finding, WatchedWeek, slice_number

_WEEK, _LAST_DAY = timedelta(days=7), timedelta(days=6)


@dataclass(frozen=True, kw_only=True)
class LifeFacts:
    """One model in one environment, week by week."""

    environment: str
    model: str
    outcome: str
    """The label's name."""
    task: str
    """`classification`, `multiclass` or `regression`."""
    dated: bool
    """Whether rows have a day; else there are slices in place of weeks."""
    reference_weeks: int
    limits: dict[str, float]
    """Signal that may ring → chance of a false alarm below which it does."""
    weeks: list[WatchedWeek] = field(repr=False)
    retrainings: list[Retraining] = field(default_factory=list)
    releases: list[dict[str, Any]] = field(default_factory=list)
    """The ledger's entries `released` and `rolled_back` of this model."""
    alarms: list[WatchAlarm] | None = None
    """The alarms on its signals; None where nobody could ask for them."""
    after: list[Aftermath] = field(default_factory=list)
    """How versions that came by themselves, live or kept, compare with the champion of their
    time on the days since; without those that nobody could compare."""

    @property
    def id(self) -> str:
        """How its charts are called."""
        return f"{self.environment}-{self.model}"

    @property
    def unit(self) -> str:
        """What one point of the axis is."""
        return "week" if self.dated else "slice"

    @property
    def rows(self) -> int:
        """Watched answers."""
        return sum(week.rows for week in self.weeks)

    @property
    def coverage(self) -> float:
        """Share of the watched answers whose label is known."""
        return sum(week.labelled for week in self.weeks) / self.rows if self.rows else 0.0

    @property
    def broke(self) -> list[WatchedWeek]:
        """The weeks in which something rang."""
        return [week for week in self.weeks if week.broke]

    @property
    def classes(self) -> list[str]:
        """The classes of a multi-class model; none of other models."""
        said = (found for _, found in self.found("mean_prediction"))
        return sorted({found.figure for found in said if found.figure})

    @property
    def metric(self) -> str:
        """What performance is measured by, as the spec calls it; empty while nothing was."""
        found = next(self.found("performance"), None)
        return found[1].figure if found else ""

    @property
    def span(self) -> str:
        """From the first to the last watched day, or slice."""
        first, last = self.weeks[0], self.weeks[-1]
        if self.dated:
            return f"{first.week} to {date.fromisoformat(last.week) + _LAST_DAY}"
        return f"{self.unit} {slice_number(first)} to {slice_number(last)}"

    def name_of(self, week: WatchedWeek) -> str:
        """A week by its Monday, a slice by its number."""
        return week.week if self.dated else f"slice {slice_number(week)}"

    def found(self, signal: str, baseline: str = RECENT) -> Iterator[tuple[WatchedWeek, Finding]]:
        """A signal's findings against one baseline, oldest week first."""
        for week in self.weeks:
            for each in week.findings:
                if (each.signal, each.baseline) == (signal, baseline):
                    yield week, each

    def history(self, week: WatchedWeek, found: Finding) -> int:
        """How many of a week's reference weeks know this figure."""
        monday = date.fromisoformat(week.week)
        wanted = {(monday - n * _WEEK).isoformat() for n in range(1, self.reference_weeks + 1)}
        return len(wanted & self._known.get((found.signal, found.figure), set()))

    @cached_property
    def _known(self) -> dict[tuple[str, str], set[str]]:
        """Which weeks know a figure; asked for every point of every corridor."""
        known: dict[tuple[str, str], set[str]] = {}
        for week in self.weeks:
            for each in week.findings:
                if each.baseline == RECENT:
                    known.setdefault((each.signal, each.figure), set()).add(week.week)
        return known
