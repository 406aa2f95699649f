"""The embedded database that reads a file: it keeps to its memory, and Ctrl-C ends its work."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from modelyard.onboarding.progress import Progress

if TYPE_CHECKING:
    import polars as pl

MEMORY = "1GB"
"""What it may hold; beyond it spills to the workspace."""
_THREADS = 2
"""Each holds what it reads and writes: with many cores it would be as many times that."""


class Database:
    """Reads clocks as UTC, spills to `work`, and tells `progress` how far a query is."""

    def __init__(self, work: Path, progress: Progress | None = None) -> None:
        self.work = work
        self.progress = progress or Progress()
        self._connection = duckdb.connect()
        spill = str(work / "spill").replace("'", "''")
        for setting in (
            f"memory_limit = '{MEMORY}'",
            f"temp_directory = '{spill}'",
            f"threads = {_THREADS}",
            "TimeZone = 'UTC'",
            # Without a bar nobody counts how far a query is.
            "enable_progress_bar = true",
            "enable_progress_bar_print = false",
        ):
            self._connection.execute(f"SET {setting}")

    @contextmanager
    def one_thread(self) -> Iterator[None]:
        """For what two would hold too much of."""
        self._connection.execute("SET threads = 1")
        try:
            yield
        finally:
            self._connection.execute(f"SET threads = {_THREADS}")

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        """The rows of a query."""
        with self._running():
            rows: list[tuple[Any, ...]] = self._connection.execute(sql).fetchall()
        return rows

    def frame(self, sql: str) -> "pl.DataFrame":
        """The same as a frame."""
        with self._running():
            frame: pl.DataFrame = self._connection.sql(sql).pl()
        return frame

    def close(self) -> None:
        """Leave its files alone from here on."""
        self._connection.close()

    @contextmanager
    def _running(self) -> Iterator[None]:
        try:
            with self.progress.query(self._connection.query_progress):
                yield
        except (RuntimeError, duckdb.InterruptException) as error:
            # The database notices Ctrl-C itself, ends the query and makes this of it.
            if "interrupted" in str(error).lower():
                raise KeyboardInterrupt from error
            raise
