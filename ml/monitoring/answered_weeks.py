"""The weeks of a model's answers as the lake has them: found without the rows, read one by one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

from ml.data.lakehouse import Lakehouse
from ml.monitoring.answers import DAY, LABELS, ROW_KEY, answered
from ml.monitoring.windows import Week, complete_weeks, cut_into_slices
from ml.spec import ModelSpec

TIME, EVENT_DAY = "time", "event_day"
_ASKED = "asked"


@dataclass(frozen=True, kw_only=True)
class AnsweredWeek:
    """One complete week, or full slice, that was answered, and where its rows are."""

    week: Week
    ended: datetime
    """When it was over, in the data's own time; for a slice, its last answer."""
    where: pc.Expression
    skip: int = 0
    """Rows of an earlier slice that `where` selects too: those of one request share a time."""
    rows: int | None = None
    """How many rows a slice has; none takes all."""


class AnsweredWeeks:
    """One model's answers at the versions that its tables had when this was made."""

    def __init__(self, lake: Lakehouse, spec: ModelSpec) -> None:
        self._lake = lake
        self._spec = spec
        self._predictions, self._labels = f"predictions/{spec.name}", f"labels/{spec.name}"
        self._version = lake.version(self._predictions)
        self._labels_version = lake.version(self._labels)

    def complete(self, until: date | None = None) -> list[AnsweredWeek]:
        """Every complete week that was answered, in order.

        A week is complete when an answer of a later week is there, or when it ended by `until`.
        """
        if self._version is None:
            return []
        if self._spec.data.day is None:
            return self._slices(until)
        columns = self._lake.schema(self._predictions) or []
        held = [name for name in (EVENT_DAY, DAY) if name in columns]
        days = _asked(self._read(held))[_ASKED].unique().to_list()
        if not days:
            return []
        answered_starts = {_week_of(day).start for day in days}
        return [
            AnsweredWeek(
                week=week,
                ended=datetime.combine(week.end, time(), UTC),
                where=_asked_in(week, EVENT_DAY in held),
            )
            for week in complete_weeks(min(days), until or max(days))
            if week.start in answered_starts
        ]

    def read(self, part: AnsweredWeek) -> pl.DataFrame:
        """The rows of one week with the labels known by now, in an order that never changes."""
        rows = self._lake.read(
            self._predictions, version=self._version, where=part.where
        ).frame.sort(TIME, *ROW_KEY)
        # Slices are cut from all rows; a question's day says where it belongs, if it can be true.
        rows = rows.slice(part.skip, part.rows) if part.rows else _asked(rows).drop(_ASKED)
        return answered(rows, self._labels_of(rows), self._spec)

    def _slices(self, until: date | None) -> list[AnsweredWeek]:
        times = self._read([TIME]).sort(TIME)
        if until is not None:
            times = times.filter(pl.col(TIME) < datetime.combine(until, time(), UTC))
        found = []
        size = self._spec.monitoring.slice_rows
        for number, (week, part) in enumerate(cut_into_slices(times, size).items()):
            first, last = part[TIME][0], part[TIME][-1]
            earlier = int(times[TIME].search_sorted(first, side="left"))
            asked = (pc.field(TIME) >= pa.scalar(first)) & (pc.field(TIME) <= pa.scalar(last))
            skip = number * size - earlier
            found.append(
                AnsweredWeek(week=week, ended=last, where=asked, skip=skip, rows=size)
            )
        return found

    def _labels_of(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Labels of these rows only; none can have arrived before the answer was given."""
        if self._labels_version is None or rows.is_empty():
            return pl.DataFrame(schema=dict(LABELS))
        ids = pa.array(rows["prediction_id"].unique().sort().to_list(), pa.string())
        where = pc.field("prediction_id").isin(ids)
        return self._lake.read(
            self._labels,
            version=self._labels_version,
            where=where & (pc.field(DAY) >= pa.scalar(rows[DAY].min(), pa.date32())),
        ).frame

    def _read(self, columns: Iterable[str]) -> pl.DataFrame:
        return self._lake.read(
            self._predictions, version=self._version, columns=list(columns)
        ).frame


def _asked(rows: pl.DataFrame) -> pl.DataFrame:
    """Rows with the day they are about; one that lies after its own answer cannot be true.

    A single wrong date would otherwise close every week before it for good. A day's difference
    is a time zone's.
    """
    held = [pl.col(name) for name in (EVENT_DAY, DAY) if name in rows.columns]
    known = rows.with_columns(pl.coalesce(held).alias(_ASKED))
    return known.filter(pl.col(_ASKED) <= pl.col(DAY) + timedelta(days=1))


def _asked_in(week: Week, known: bool) -> pc.Expression:
    """Spelled so that files can be left out by the least and greatest day in them."""
    received = _between(DAY, week)
    if not known:
        return received
    return _between(EVENT_DAY, week) | (pc.field(EVENT_DAY).is_null() & received)


def _between(column: str, week: Week) -> pc.Expression:
    day = pc.field(column)
    return (day >= pa.scalar(week.start, pa.date32())) & (
        day < pa.scalar(week.end, pa.date32())
    )


def _week_of(day: date) -> Week:
    return Week(day - timedelta(days=day.weekday()))
