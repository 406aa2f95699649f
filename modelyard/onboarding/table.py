"""Reads a file of any supported kind into one form: every value as text, in columns on disk."""

from collections.abc import Iterator, Mapping
from contextlib import nullcontext, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import duckdb

from modelyard.errors import UsageError
from modelyard.onboarding.csv_copy import has_escaped_quotes
from modelyard.onboarding.database import Database
from modelyard.onboarding.dialect import Dialect
from modelyard.onboarding.kinds import Kind, typed
from modelyard.onboarding.opening import Opened, copy_of, open_file
from modelyard.onboarding.strips import Strips
from modelyard.onboarding.unreadable import unreadable

FORMATS = {
    ".csv": "csv",
    ".tsv": "csv",
    ".txt": "csv",
    ".parquet": "parquet",
    ".pq": "parquet",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "jsonl",
}


@dataclass(frozen=True, kw_only=True)
class TextTable:
    """All values of a file as trimmed texts in c0, c1, … whatever the file calls its columns."""

    database: Database
    strips: Strips
    format: str
    encoding: str
    dialect: Dialect | None
    names: tuple[str, ...]
    """The columns' names in the file, in its order."""
    skipped: tuple[str, ...]
    """Columns that hold no single values and were not read."""
    rows: int

    def source(self, *numbers: int) -> str:
        """What to name in FROM for these columns; `file_row_number` counts from 0."""
        return self.strips.source(*numbers)

    def groups(self) -> Iterator[range]:
        """The numbers of all columns, as many at a time as one query should compute."""
        return self.strips.groups()

    def typed(self, kinds: Mapping[int, Kind]) -> str:
        """What to name in FROM for texts t0, … and values v0, … of columns of these kinds."""
        return typed(self.source(*(kinds or (0,))), kinds)

    def sample(self, step: int, most: int) -> "TextTable":
        """Every so many rows, as a table of its own; again written strip by strip."""
        folder = self.strips.folder.with_name("sample")
        strips = replace(self.strips, folder=folder)
        for strip in strips.strips():
            columns = ", ".join(f"c{number}" for number in strip)
            rows = f"SELECT {columns} FROM {self.source(strip.start)}"
            strips.write(strip, f"{rows} WHERE file_row_number % {step} = 0 LIMIT {most}")
        return replace(self, strips=strips, rows=strips.count())

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        """The rows of a query."""
        return self.database.query(sql)

    def step(self, what: str) -> None:
        """Say what is done from here on, with every row."""
        if len(self.strips.strips()) == 1:
            self.database.progress.step(what, rows=self.rows)
        else:
            # Each query goes over some columns: these tell how far it is.
            self.database.progress.step(f"{what}, {self.rows:,} rows")

    def of(self, numbers: range) -> str:
        """Which columns these are, for people."""
        return self.strips.of(numbers)


def read(
    database: Database,
    file: Path,
    *,
    called: str = "",
    encoding_name: str | None = None,
    delimiter: str | None = None,
) -> TextTable:
    """Read `file`, which people know as `called`; memory grows neither with rows nor columns."""
    called = called or file.name
    kind = FORMATS.get(Path(called).suffix.lower())
    if kind is None:
        raise UsageError(
            f"{called}: files of this kind are not read.",
            remedy=f"CSV, Parquet or JSON lines, by their ending: {', '.join(FORMATS)}",
        )
    database.progress.step(f"reading {called}")

    def attempt(*, escaped: bool = False) -> TextTable:
        opened = open_file(database, file, kind, called, encoding_name, delimiter, escaped=escaped)
        return _filled(database, opened, kind, called)

    try:
        return attempt()
    except (duckdb.Error, UsageError) as error:
        if kind == "csv" and has_escaped_quotes(copy_of(database, called)):
            # Only where it explains what is wrong: a field may end with a backslash.
            with suppress(duckdb.Error, UsageError):
                return attempt(escaped=True)
        if isinstance(error, UsageError):
            raise
        raise unreadable(called, kind, file, error) from error


def _filled(database: Database, opened: Opened, kind: str, called: str) -> TextTable:
    """All values of an opened file, on disk."""
    if not opened.names:
        raise UsageError(f"{called} has no columns.", remedy="a line with names, then rows")
    strips = Strips(database=database, folder=database.work / "text", columns=len(opened.names))
    # Of Parquet, threads take turns by groups of up to a million rows: the second one would
    # hold its group until the first has written all of its own.
    with database.one_thread() if kind == "parquet" else nullcontext():
        rows = _fill(strips, opened, called)
    return TextTable(
        database=database,
        strips=strips,
        format=kind,
        encoding=opened.encoding,
        dialect=opened.dialect,
        names=opened.names,
        skipped=opened.skipped,
        rows=rows,
    )


def _fill(strips: Strips, opened: Opened, called: str) -> int:
    """Go through the file once for each strip; the number of rows."""
    first, *others = strips.strips()
    progress = strips.database.progress
    progress.step(f"reading {called}", rows=opened.rows, estimated=not opened.counted)
    for strip in (first, *others):
        if others:
            progress.step(f"reading {called}, {strips.of(strip)}, {_about(opened)} rows")
        rows = opened.select(strip)
        strips.write(strip, rows, strips.rows_per_group(strip, rows))
    return strips.count()


def _about(opened: Opened) -> str:
    return f"{opened.rows:,}" if opened.counted else f"about {round(opened.rows, -3):,}"
