"""One week of a model's answers: where its rows are, and how much there is of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import pyarrow.compute as pc

from ml.monitoring.windows import Week


@dataclass(frozen=True, kw_only=True)
class AnsweredWeek:
    """One complete week, or full slice, that was answered, and where its rows are."""

    week: Week
    ended: datetime
    """When it was over, in the data's own time; for a slice, its last answer."""
    where: pc.Expression
    began: datetime | None = None
    """Of a slice, its first answer."""
    skip: int = 0
    """Rows of earlier slices that `where` selects too: slices are read many at a time."""
    rows: int | None = None
    """How many rows a slice has; none takes all."""


@dataclass(frozen=True, kw_only=True)
class Held:
    """How much there is of a week; answers and labels are only ever added."""

    rows: int
    labels: int
    """Labels as they were said, those too that a later one replaced."""
