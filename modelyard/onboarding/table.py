"""Reads a file of any supported kind into one form: every value as text, in columns on disk."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from modelyard.errors import UsageError
from modelyard.onboarding.dialect import Dialect
from modelyard.onboarding.opening import open_file

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
MEMORY = "1GB"
"""What the embedded database may hold; beyond it spills to the workspace."""
_CELLS_PER_GROUP = 4_000_000


@dataclass(frozen=True, kw_only=True)
class TextTable:
    """All values of a file as trimmed texts in c0, c1, … whatever the file calls its columns."""

    connection: duckdb.DuckDBPyConnection
    path: Path
    format: str
    encoding: str
    dialect: Dialect | None
    names: tuple[str, ...]
    """The columns' names in the file, in its order."""
    skipped: tuple[str, ...]
    """Columns that hold no single values and were not read."""
    rows: int

    @property
    def source(self) -> str:
        """What to name in FROM; `file_row_number` counts from 0."""
        return f"read_parquet('{self.path}', file_row_number = true)"

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        """The rows of a query."""
        rows: list[tuple[Any, ...]] = self.connection.execute(sql).fetchall()
        return rows


def read(
    file: Path,
    work: Path,
    *,
    called: str = "",
    encoding_name: str | None = None,
    delimiter: str | None = None,
) -> TextTable:
    """Read `file`, which people know as `called`, into `work`; memory does not grow with rows."""
    called = called or file.name
    kind = FORMATS.get(Path(called).suffix.lower())
    if kind is None:
        raise UsageError(
            f"{called}: files of this kind are not read.",
            remedy=f"CSV, Parquet or JSON lines, by their ending: {', '.join(FORMATS)}",
        )
    connection = connect(work)
    try:
        opened = open_file(connection, file, kind, work, called, encoding_name, delimiter)
        if not opened.names:
            raise UsageError(f"{called} has no columns.", remedy="a line with names, then rows")
        path = work / "text.parquet"
        group = max(2048, _CELLS_PER_GROUP // len(opened.names))
        connection.execute(
            f"COPY ({opened.sql}) TO '{path}' (FORMAT parquet, COMPRESSION snappy, "
            f"ROW_GROUP_SIZE {group})"
        )
    except duckdb.Error as error:
        raise UsageError(f"{called} cannot be read: {_told(error)}", remedy=_REMEDY) from error
    (rows,) = connection.execute(f"SELECT count(*) FROM '{path}'").fetchall()[0]
    return TextTable(
        connection=connection,
        path=path,
        format=kind,
        encoding=opened.encoding,
        dialect=opened.dialect,
        names=opened.names,
        skipped=opened.skipped,
        rows=rows,
    )


_REMEDY = "every line needs as many fields as the first one; correct the file and try again"


def connect(work: Path) -> duckdb.DuckDBPyConnection:
    """An embedded database that keeps to its memory and reads clocks as UTC."""
    connection = duckdb.connect()
    connection.execute(f"SET memory_limit = '{MEMORY}'")
    connection.execute(f"SET temp_directory = '{work}/spill'")
    connection.execute("SET TimeZone = 'UTC'")
    connection.execute("SET enable_progress_bar = false")
    return connection


def _told(error: duckdb.Error) -> str:
    """The sentence of a database error that says what is wrong and where."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    kept = [line for line in lines[:4] if not line.startswith(("Possible", "*", "Original"))]
    return " ".join(kept)[:300]
