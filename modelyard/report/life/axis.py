"""The axis that all charts of a life share: where weeks stand on it, and where versions begin."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import altair

from modelyard.live.watching import WatchedWeek, slice_number
from modelyard.report.life.facts import LifeFacts

_DAY = 86_400_000
"""In milliseconds, as a browser counts."""
_EPOCH = date(1970, 1, 1).toordinal()
_MONTHS_NEEDED = 4
"""With fewer months on the axis, weeks are named."""


@dataclass(frozen=True, kw_only=True)
class Mark:
    """A version's first watched week, or its return after another one."""

    week: WatchedWeek
    version: str
    back: bool
    text: str


def marks(life: LifeFacts) -> list[Mark]:
    """Where versions begin to answer on the axis of weeks, which has the data's own time."""
    found: list[Mark] = []
    seen: set[str] = set()
    before: set[str] = set()
    for week in life.weeks:
        # Most answers come first in a week; marks stand in the order of release.
        for version in sorted(
            set(week.versions) - before - {""}, key=lambda each: (len(each), each)
        ):
            back = version in seen
            told = [e for e in life.releases if e["version"] == version]
            kind = "rolled_back" if back else "released"
            entry = next((e for e in reversed(told) if e["kind"] == kind), None)
            text = f"version {version} answers" + (
                f"; {kind.replace('_', ' ')} {entry['at'][:16].replace('T', ' ')}" if entry else ""
            )
            found.append(Mark(week=week, version=version, back=back, text=text))
        before = set(week.versions)
        seen |= before
    return found


def unseen_releases(life: LifeFacts) -> list[str]:
    """Versions that were released and gave no watched answer."""
    answered = {version for week in life.weeks for version in week.versions}
    released = dict.fromkeys(e["version"] for e in life.releases if e["kind"] == "released")
    return [version for version in released if version not in answered]


def place(facts: LifeFacts, week: WatchedWeek) -> dict[str, Any]:
    """Where a week stands on the axis: its begin, middle and end; days, or numbers of slices."""
    if not facts.dated:
        number = slice_number(week)
        return {"week": f"slice {number}", "from": number - 0.5, "at": number, "to": number + 0.5}
    begin = date.fromisoformat(week.week).toordinal() - _EPOCH
    return {"week": week.week, "from": begin, "at": begin + 3.5, "to": begin + 7}


def axis(facts: LifeFacts, field: str = "at", *, last: bool = True, title: bool = True) -> Any:
    """The axis that all panels share: months where there are many weeks, else every week.

    Only the `last` panel has labels.
    """
    places = [place(facts, week) for week in facts.weeks]
    begin, end = places[0]["from"], places[-1]["to"]
    months = _months(begin, end) if facts.dated else []
    many = len(months) >= _MONTHS_NEEDED
    # Numbers, not moments: those would be drawn by the clock of whoever looks.
    day = f"utcFormat(datum.value * {_DAY}, '{'%b' if many else '%-d %b'}')"
    shown = altair.Axis(
        grid=False,
        labels=last,
        ticks=last,
        tickCount=min(len(places), 12),
        format=altair.Undefined if facts.dated else "d",
        labelExpr=day if facts.dated else altair.Undefined,
        labelOverlap=True,
        # Nearer than this to an end, a label would be cut off.
        labelFlush=24,
        values=months if many else [each["from" if facts.dated else "at"] for each in places],
    )
    words = f"weeks from Monday on, {facts.span}" if facts.dated else "slices of answers, in order"
    scale = altair.Scale(domain=[begin, end], nice=False, zero=False)
    return altair.X(f"{field}:Q", title=words if last and title else None, scale=scale, axis=shown)


def _months(begin: int, end: int) -> list[int]:
    """The first days of the months from one day to another."""
    days = (date.fromordinal(day + _EPOCH) for day in range(begin, end + 1))
    return [day.toordinal() - _EPOCH for day in days if day.day == 1]
