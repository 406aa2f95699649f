"""Waiting for what others do: jobs, the collector, delivery."""

import time
from collections.abc import Callable
from datetime import date, datetime
from typing import Any, TypeVar

from modelyard.errors import RefusedError
from modelyard.live.landing import delta
from modelyard.place import Place
from modelyard.story.teller import MODEL

T = TypeVar("T")
Span = tuple[date, date] | tuple[datetime, datetime]
PATIENCE = 180.0
PAUSE, TABLE_PAUSE = 0.2, 1.0
"""Seconds between two looks; one into a table asks the lake for several objects."""


def until(look: Callable[[], T | None], what: str, *, pause: float = PAUSE) -> T:
    """Look until there is something; raises when nothing came in three minutes."""
    deadline = time.monotonic() + PATIENCE
    while (found := look()) is None:
        if time.monotonic() > deadline:
            raise RefusedError(
                f"Waited {PATIENCE:.0f} s for {what}.",
                remedy="kubectl --context prod -n models get jobs,pods; "
                "modelyard sandbox logs delivery; then: make up",
            )
        time.sleep(pause)
    return found


def when_changed(place: Place, name: str, look: Callable[[Any], T | None], what: str) -> T:
    """Look into a Delta table whenever it has a new version, until there is something."""
    opened: list[Any] = []
    looked_at = -1

    def newest() -> T | None:
        nonlocal looked_at
        if not opened:
            opened.extend(filter(None, [delta(place, name)]))
        else:
            opened[0].update_incremental()
        if not opened or opened[0].version() == looked_at:
            return None
        looked_at = opened[0].version()
        return look(opened[0])

    return until(newest, what, pause=TABLE_PAUSE)


def wait_for_rows(place: Place, table: str, column: str, between: Span, rows: int) -> None:
    """Wait until the collector has merged what was asked, or told, in a span of time.

    A run that was resumed tells some outcomes twice: each row counts once.
    """
    import pyarrow.dataset as columns

    where = (columns.field(column) >= between[0]) & (columns.field(column) <= between[1])

    def merged(found: Any) -> bool | None:
        dataset = found.to_pyarrow_dataset()
        if column not in dataset.schema.names:
            return None
        there = dataset.to_table(columns=["prediction_id", "row"], filter=where)
        return there.group_by(["prediction_id", "row"]).aggregate([]).num_rows >= rows or None

    name = f"{table}/{MODEL}"
    when_changed(place, name, merged, f"{rows:,} rows in {name}")
