"""Waiting for what others do: jobs, the collector, delivery."""

import time
from collections.abc import Callable
from datetime import date, datetime
from typing import Any, TypeVar

from modelyard.errors import RefusedError
from modelyard.live.landing import delta
from modelyard.live.watch_job import WatchJob
from modelyard.place import Place
from modelyard.storage import exists

T = TypeVar("T")
Span = tuple[date, date] | tuple[datetime, datetime]
PATIENCE = 180.0
PAUSE = 0.15
"""Seconds between two looks."""


def until(look: Callable[[], T | None], what: str) -> T:
    """Look until there is something; raises when nothing came in three minutes."""
    deadline = time.monotonic() + PATIENCE
    while (found := look()) is None:
        if time.monotonic() > deadline:
            raise RefusedError(
                f"Waited {PATIENCE:.0f} s for {what}.",
                remedy="kubectl --context prod -n models get jobs,pods; "
                "modelyard sandbox logs delivery; then the same command again",
            )
        time.sleep(PAUSE)
    return found


def until_ended(job: WatchJob) -> None:
    """Wait for a watch that runs: none starts beside another, and it may miss what came since."""
    until(lambda: None if job.runs() else True, "the watch before this one to end")


def when_changed(
    place: Place,
    name: str,
    look: Callable[[Any], T | None],
    what: str,
    *,
    meanwhile: Callable[[], None] = lambda: None,
) -> T:
    """Look into a Delta table whenever it has a new version, until there is something.

    `meanwhile` is called once a second: it raises where waiting is in vain.
    """
    s3, lake = place.client("s3"), place.platform.lakehouse_bucket
    table: Any = None
    asked = time.monotonic()

    def newest() -> T | None:
        nonlocal table, asked
        if time.monotonic() - asked > 1:
            meanwhile()
            asked = time.monotonic()
        if table is None:
            table = delta(place, name)
            return None if table is None else look(table)
        # Looked for by its name: a question to the table itself would list its log.
        if not exists(s3, lake, f"{name}/_delta_log/{table.version() + 1:020d}.json"):
            return None
        table.update_incremental()
        return look(table)

    return until(newest, what)


def wait_for_rows(place: Place, name: str, column: str, between: Span, rows: int) -> None:
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

    when_changed(place, name, merged, f"{rows:,} rows in {name}")
