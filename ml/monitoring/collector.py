"""Merges segments into the tables of predictions and labels, exactly once, whatever is killed.

The number of a writer's last merged segment is committed together with its rows. A segment that
comes again (a crash before it was deleted, a server that ships twice) has a number that is not
above it; two collectors at once cannot both advance one writer, because Delta refuses the second.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any, Generic, Protocol

import polars as pl
import structlog

from ml.deployment.capture.segment import Record, Segment
from ml.monitoring.captured import StoredSegment
from ml.monitoring.gathering import Gathering
from ml.monitoring.predictions import ConflictError, MergedTable
from ml.monitoring.rows import Captured

BATCH_BYTES = 32 * 1024 * 1024
"""Segments that one commit takes; bounds memory after a long pause."""
GRACE = timedelta(minutes=2)
"""How long merged segments stay, for whoever wants to look at what a server wrote."""
GAP = timedelta(hours=1)
"""How long a missing number is waited for. Servers ship in order, so only a deletion makes one."""

CONFLICTS = 10
"""Times in a row that another collector may be faster before this run gives up."""

log = structlog.get_logger()


ToRows = Callable[[Sequence[Captured[Record]], Mapping[str, Any]], pl.DataFrame]
"""Makes the rows of some segments, with types that the table's columns can take."""


class Source(Protocol[Record]):
    """Where segments lie."""

    def segments(self, model: str) -> list[StoredSegment]:
        """Every segment of a model, each writer's in the order of their numbers."""

    def read(self, segment: StoredSegment) -> Segment[Record]:
        """The whole records in a segment."""

    def delete(self, segments: list[StoredSegment]) -> None:
        """Remove segments."""

    def now(self) -> datetime:
        """The time by the clock that says when segments were written."""


@dataclass(frozen=True)
class Collected:
    """What one run over one model did."""

    rows: int = 0
    segments: int = 0
    deleted: int = 0
    waiting: int = 0
    """Segments behind a number that has not arrived."""
    gathered: int = 0
    """Segments that are left for the next run, because more of them keep coming."""


class Collector(Generic[Record]):
    """Merges one model's segments; any number of collectors may run at once."""

    _source: Source[Record]
    _to_rows: ToRows[Record]

    def __init__(
        self,
        model: str,
        source: Source[Record],
        table: MergedTable,
        to_rows: ToRows[Record],
        clock: Callable[[], datetime] | None = None,
        gathering: Gathering | None = None,
    ) -> None:
        """Without a `gathering` every run merges all there is."""
        self._model = model
        self._source = source
        self._table = table
        self._to_rows = to_rows
        self._clock = clock or source.now
        self._gathering = gathering or Gathering(0.0)

    def run(self) -> Collected:
        """Merge all there is, then delete what was merged long enough ago."""
        rows = merged = conflicts = 0
        stored = self._source.segments(self._model)
        self._table.refresh()
        new = {s.key for s in stored if s.name.number > self._table.merged(s.writer)}
        if not new:
            self._gathering.quiet()
        elif not self._gathering.is_over(new):
            return Collected(gathered=len(new))
        while batch := list(self._next_batch(stored)):
            try:
                rows += self._merge(batch)
            except ConflictError as error:
                conflicts += 1
                log.info("overtaken", model=self._model, reason=str(error))
                if conflicts == CONFLICTS:
                    raise
            else:
                conflicts = 0
                merged += len(batch)
            self._table.refresh()
        if merged:
            self._gathering.merged()
        deleted = self._delete_old(stored)
        waiting = sum(1 for s in stored if s.name.number > self._table.merged(s.writer))
        return Collected(rows, merged, deleted, waiting)

    def _next_batch(self, stored: Sequence[StoredSegment]) -> Iterator[StoredSegment]:
        size = 0
        for writer, segments in groupby(stored, key=lambda segment: segment.writer):
            expected = self._table.merged(writer) + 1
            for segment in segments:
                if segment.name.number < expected:
                    continue
                if segment.name.number > expected and not self._give_up(segment, expected):
                    break
                if size and size + segment.size > BATCH_BYTES:
                    return
                size += segment.size
                expected = segment.name.number + 1
                yield segment

    def _merge(self, batch: Sequence[StoredSegment]) -> int:
        captured = [self._read(segment) for segment in batch]
        numbers = {segment.writer: segment.name.number for segment in batch}
        rows = self._to_rows(captured, self._table.schema())
        self._table.append(rows, numbers)
        return rows.height

    def _read(self, stored: StoredSegment) -> Captured[Record]:
        segment = self._source.read(stored)
        if segment.torn_bytes:
            log.warning("torn_segment", key=stored.key, bytes_dropped=segment.torn_bytes)
        return Captured(f"{stored.pod}/{stored.name}", segment)

    def _give_up(self, segment: StoredSegment, expected: int) -> bool:
        if self._clock() - segment.modified < GAP:
            return False
        log.error(
            "segments_missing",
            writer=segment.writer,
            first=expected,
            last=segment.name.number - 1,
        )
        return True

    def _delete_old(self, stored: Sequence[StoredSegment]) -> int:
        """Only what the newest committed version of the table says is merged."""
        now = self._clock()
        old = [
            segment
            for segment in stored
            if segment.name.number <= self._table.merged(segment.writer)
            and now - segment.modified > GRACE
        ]
        if old:
            self._source.delete(old)
        return len(old)
