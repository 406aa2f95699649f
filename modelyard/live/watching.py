"""What watching found of a live model, week by week, and what came of it."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from modelyard.live.landing import delta
from modelyard.place import Place

RECENT, NO_BASELINE, ALARM = "recent_production", "none", "alarm"
"""Words of the metrics table, which is the contract between the watch job and its readers."""


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One row of the metrics table."""

    signal: str
    figure: str
    """The feature, class or metric, where a signal has many."""
    baseline: str
    value: float
    reference: float | None
    statistic: float | None
    p: float | None
    breach: bool
    kind: str
    """`alarm` where it may ring, else `context`."""
    note: str
    """Why nothing could be said, where that is so."""


@dataclass(frozen=True, kw_only=True)
class WatchedWeek:
    """One week, or one slice where rows have no day."""

    week: str
    """Its Monday."""
    ended: str
    rows: int
    labelled: int
    versions: list[str]
    findings: list[Finding] = field(repr=False)

    @property
    def coverage(self) -> float:
        """Share of the rows whose label is known."""
        return self.labelled / self.rows if self.rows else 0.0

    @property
    def broke(self) -> list[str]:
        """The signals that broke."""
        return sorted({each.signal for each in self.findings if each.breach})

    @property
    def unjudged(self) -> list[str]:
        """The signals that may ring and about which nothing could be said yet."""
        return sorted(
            {each.signal for each in self.findings if each.kind == ALARM and each.p is None}
        )

    def value(self, signal: str, baseline: str = RECENT) -> float | None:
        """A signal's value; none while it is unknown, or where it has one for each class."""
        found = [e for e in self.findings if (e.signal, e.baseline) == (signal, baseline)]
        return found[0].value if len(found) == 1 else None

    def figures(self, **names: str) -> list[str]:
        """The known values of some signals, each after the word that stands for it."""
        values = {word: self.value(signal) for word, signal in names.items()}
        return [f"{word} {value:.3f}" for word, value in values.items() if value is not None]


def slice_number(week: WatchedWeek) -> int:
    """The number of a slice, from one; slices stand on the Mondays since the first of 1970."""
    from ml.monitoring.windows import FIRST_MONDAY

    return (date.fromisoformat(week.week) - FIRST_MONDAY).days // 7 + 1


def watched_weeks(place: Place, model: str) -> list[WatchedWeek]:
    """Every week that was watched, oldest first; none before the first run of the watch job."""
    table = delta(place, f"metrics/{model}")
    return [] if table is None else weeks_in(table)


def weeks_in(table: Any, week: date | None = None) -> list[WatchedWeek]:
    """The weeks in an opened metrics table, or only one of them, oldest first."""
    only = None if week is None else [("week", "=", week.isoformat())]
    by_week: dict[str, list[dict[str, Any]]] = {}
    for row in table.to_pyarrow_table(partitions=only).to_pylist():
        by_week.setdefault(str(row["week"]), []).append(row)
    return [_week(rows) for _, rows in sorted(by_week.items())]


def automatic_retrainings(place: Place, model: str) -> list[dict[str, Any]]:
    """What asked for a retraining, and what was decided and why, in the order of decisions."""
    from modelyard.delivery.operations import Operations
    from modelyard.delivery.retraining import decisions

    operations = Operations.of(place)
    return decisions(operations, model)


def _week(rows: list[dict[str, Any]]) -> WatchedWeek:
    first = rows[0]
    names = Finding.__annotations__
    found = [Finding(**{name: row[name] for name in names}) for row in rows]
    return WatchedWeek(
        week=str(first["week"]),
        ended=first["ended"].isoformat(),
        rows=first["rows"],
        labelled=first["labelled"],
        versions=str(first["versions"]).split(","),
        findings=sorted(found, key=lambda each: (each.signal, each.figure, each.baseline)),
    )
