"""What a model is watched by: weeks of event days, or equal slices where rows have no day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

FIRST_MONDAY = date(1970, 1, 5)
"""Weeks begin on Mondays; slices are numbered from this one, because they have no days."""
SEASON_WEEKS = 52
"""The same season is this many weeks earlier: the same weekdays, one day off the calendar year."""

_WEEK = timedelta(days=7)


@dataclass(frozen=True, order=True)
class Week:
    """Seven days, from a Monday to the next one, which is no longer in it."""

    start: date

    @property
    def end(self) -> date:
        """The day after the last one."""
        return self.start + _WEEK

    def before(self, weeks: int) -> Week:
        """The week that many weeks earlier."""
        return Week(self.start - weeks * _WEEK)


def complete_weeks(first: date, until: date) -> list[Week]:
    """Every week whose days all lie in [first, until), in order.

    A week that was under way when the first answer was given is not whole and never compared.
    """
    start = first + timedelta(days=-(first - FIRST_MONDAY).days % 7)
    count = max((until - start).days // 7, 0)
    return [Week(start + number * _WEEK) for number in range(count)]


def cut_into_slices(frame: pl.DataFrame, rows: int) -> dict[Week, pl.DataFrame]:
    """Every full slice of `rows` rows in the frame's order; each stands for one week.

    Its days are numbers, not dates: the first slice gets the first Monday, and so on.
    """
    return {
        Week(FIRST_MONDAY + number * _WEEK): frame.slice(number * rows, rows)
        for number in range(frame.height // rows)
    }
