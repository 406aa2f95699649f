"""The weeks of a model's answers as the lake has them: found without the rows, read one by one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property

import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

from ml.data.lakehouse import Lakehouse
from ml.data.scan import Scan
from ml.monitoring.answered_slices import ID, TIME, labels_said, slices_of
from ml.monitoring.answered_week import AnsweredWeek, Held
from ml.monitoring.answers import DAY, ROW_KEY, answered
from ml.monitoring.label_rows import LABELS
from ml.monitoring.signals import PACKAGE
from ml.monitoring.windows import Week, complete_weeks
from ml.spec import ModelSpec

EVENT_DAY = "event_day"
_ASKED, _SAID, _MONDAY = "asked", "said", "monday"


class AnsweredWeeks:
    """One model's answers at the versions that its tables had when this was made."""

    def __init__(self, lake: Lakehouse, spec: ModelSpec) -> None:
        self._spec = spec
        self._predictions = lake.scan(f"predictions/{spec.name}")
        self._labels = lake.scan(f"labels/{spec.name}")
        self._block: tuple[pc.Expression, pl.DataFrame] | None = None

    def complete(self, until: date | None = None) -> list[AnsweredWeek]:
        """Every complete week that was answered, in order.

        A week is complete when an answer of a later week is there, or when it ended by `until`.
        Days that callers said and days of servers are two calendars: none closes a week of the
        other, else one question without a key would end every week that is replayed.
        """
        if self._predictions is None:
            return []
        if self._spec.data.day is None:
            return self._slices(self._predictions, until)
        weeks = {
            week
            for calendar in self._requests.partition_by(_SAID)
            for week in _closed(calendar, until)
        }
        return [
            AnsweredWeek(
                week=week,
                ended=datetime.combine(week.end, time(), UTC),
                where=_asked_in(week, EVENT_DAY in self._predictions.columns),
            )
            for week in sorted(weeks)
        ]

    def packages(self) -> list[str]:
        """Digests of all packages that answered, the one that answered last first."""
        if self._predictions is None:
            return []
        said = self._predictions.read(columns=[PACKAGE, TIME])
        newest = said.group_by(PACKAGE).agg(pl.col(TIME).max())
        return newest.sort(TIME, PACKAGE, descending=True)[PACKAGE].to_list()

    def read(self, part: AnsweredWeek) -> pl.DataFrame:
        """The rows of one week with the labels known by now, in an order that never changes."""
        if part.rows is None:
            # A question's day says where it belongs, if it can be true.
            return self._labelled(_asked(self._rows(part.where)).drop(_ASKED))
        if self._block is None or self._block[0] is not part.where:
            self._block = part.where, self._labelled(self._rows(part.where))
        return self._block[1].slice(part.skip, part.rows)

    def _rows(self, where: pc.Expression) -> pl.DataFrame:
        if self._predictions is None:
            raise ValueError("no answers, so no rows either")
        return self._predictions.read(where=where).sort(TIME, *ROW_KEY)

    def _labelled(self, rows: pl.DataFrame) -> pl.DataFrame:
        return answered(rows, self._labels_of(rows), self._spec)

    def held(self, part: AnsweredWeek) -> Held | None:
        """How much there is of a week by now; unknown for slices, which are small."""
        if part.rows is not None or self._predictions is None:
            return None
        requests = self._requests.filter(pl.col(_MONDAY) == part.week.start)
        labels = requests.select(ID).unique().join(self._label_counts, on=ID)
        return Held(rows=int(requests["rows"].sum()), labels=int(labels["labels"].sum()))

    def labels_said(self, slices: Sequence[AnsweredWeek]) -> list[int]:
        """How many labels were said of the answers of each slice."""
        if self._predictions is None or self._labels is None:
            return [0] * len(slices)
        return labels_said(self._predictions, self._labels, slices)

    @cached_property
    def _requests(self) -> pl.DataFrame:
        """Every request and the days that it asked about; a request may ask about many."""
        if self._predictions is None:
            raise ValueError("no answers, so no requests either")
        held = [name for name in (EVENT_DAY, DAY) if name in self._predictions.columns]
        asked = _asked(self._predictions.read(columns=[ID, *held]))
        said = pl.col(EVENT_DAY).is_not_null() if EVENT_DAY in held else pl.lit(False)
        monday = pl.col(_ASKED).dt.truncate("1w")
        keyed = asked.with_columns(said.alias(_SAID), monday.alias(_MONDAY))
        return keyed.group_by(_SAID, _MONDAY, _ASKED, ID).agg(pl.len().alias("rows"))

    @cached_property
    def _label_counts(self) -> pl.DataFrame:
        if self._labels is None:
            return pl.DataFrame(schema={ID: pl.String, "labels": pl.UInt32})
        said = self._labels.read(columns=[ID])
        return said.group_by(ID).agg(pl.len().alias("labels"))

    def _slices(self, predictions: Scan, until: date | None) -> list[AnsweredWeek]:
        times = predictions.read(columns=[TIME]).sort(TIME)
        if until is not None:
            times = times.filter(pl.col(TIME) < datetime.combine(until, time(), UTC))
        return slices_of(times, self._spec.monitoring.slice_rows)

    def _labels_of(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Labels of these rows only; none can have arrived before the answer was given."""
        if self._labels is None or rows.is_empty():
            return pl.DataFrame(schema=dict(LABELS))
        ids = pa.array(rows["prediction_id"].unique().sort().to_list(), pa.string())
        received = pc.field(DAY) >= pa.scalar(rows[DAY].min(), pa.date32())
        return self._labels.read(where=pc.field("prediction_id").isin(ids) & received)


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
    return (day >= pa.scalar(week.start, pa.date32())) & (day < pa.scalar(week.end, pa.date32()))


def _closed(calendar: pl.DataFrame, until: date | None) -> set[Week]:
    """The answered weeks of one calendar that are over."""
    first, last = calendar[_ASKED].min(), calendar[_ASKED].max()
    if not isinstance(first, date) or not isinstance(last, date):
        return set()
    answered_mondays = calendar[_MONDAY].unique().to_list()
    return {*complete_weeks(first, until or last)} & {Week(each) for each in answered_mondays}
