"""Keeps rows on disk in strips of columns, so that memory does not grow with a table's width."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from modelyard.onboarding.database import Database

AT_ONCE = 6
"""Columns that one query computes: the database holds some 2,000 values for every step of every
expression, and beyond the processor's cache each column takes several times as long."""
WIDTH = 100
"""Columns of one strip: whoever reads a column opens this many, however many the table has."""
_BYTES_PER_GROUP, _BYTES_PER_CELL = 32 << 20, 16
"""Rows are written in groups, of which each thread holds one; a cell has more than its text."""
FEWEST_PER_GROUP = 2048
"""Rows that the database has in hand at a time."""


@dataclass(frozen=True, kw_only=True)
class Strips:
    """Columns c0, c1, … of the same rows, a Parquet file per strip of them."""

    database: Database
    folder: Path
    columns: int

    def groups(self) -> Iterator[range]:
        """The numbers of all columns, some at a time and never of two strips."""
        for strip in self.strips():
            for start in range(strip.start, strip.stop, AT_ONCE):
                yield range(start, min(start + AT_ONCE, strip.stop))

    def strips(self) -> list[range]:
        """The numbers of each strip's columns."""
        ends = range(0, self.columns, WIDTH)
        return [range(start, min(start + WIDTH, self.columns)) for start in ends]

    def of(self, numbers: range) -> str:
        """Which columns these are, for people."""
        return f"columns {numbers.start + 1:,} to {numbers.stop:,} of {self.columns:,}"

    def source(self, *numbers: int) -> str:
        """What to name in FROM for these columns; `file_row_number` counts rows from 0."""
        first, *others = sorted({number // WIDTH for number in numbers})
        if not others:
            return self._file(first)
        joined = "".join(
            f" JOIN {self._file(each)} AS s{each} USING (file_row_number)" for each in others
        )
        return f"(SELECT * FROM {self._file(first)} AS s{first}{joined})"

    def write(self, strip: range, rows: str, group: int = FEWEST_PER_GROUP) -> None:
        """Put the rows of a query in place as one strip."""
        self.folder.mkdir(exist_ok=True)
        write_rows(self.database, rows, self._path(strip.start // WIDTH), group)

    def rows_per_group(self, strip: range, rows: str) -> int:
        """How many of these rows fill a group, by the length of their first texts."""
        length = " + ".join(f"coalesce(strlen(c{number}), 0)" for number in strip)
        (mean,) = self.database.query(
            f"SELECT avg({length}) FROM (SELECT * FROM ({rows}) LIMIT {FEWEST_PER_GROUP})"
        )[0]
        row = (mean or 0.0) + _BYTES_PER_CELL * len(strip)
        return max(FEWEST_PER_GROUP, int(_BYTES_PER_GROUP / row))

    def count(self) -> int:
        """Rows; every strip has them all."""
        counted = [
            self.database.query(f"SELECT count(*) FROM {self._file(strip.start // WIDTH)}")[0][0]
            for strip in self.strips()
        ]
        if len(set(counted)) > 1:
            raise RuntimeError(f"strips of one table have different rows: {counted}")
        return int(counted[0])

    def only(self, kept: NDArray[np.bool_], folder: Path) -> "Strips":
        """The rows that are kept, in their order, as strips of their own."""
        folder.mkdir(exist_ok=True)
        chosen = replace(self, folder=folder)
        for number in range(len(self.strips())):
            with pq.ParquetFile(self._path(number)) as rows:
                _write_kept(rows, kept, chosen._path(number))
        return chosen

    def _path(self, number: int) -> Path:
        return self.folder / f"{number:05d}.parquet"

    def _file(self, number: int) -> str:
        return f"read_parquet('{quoted(self._path(number))}', file_row_number = true)"


def write_rows(database: Database, rows: str, path: Path, group: int) -> None:
    """Write the rows of a query to a file, in groups of so many."""
    database.query(
        f"COPY ({rows}) TO '{quoted(path)}' "
        f"(FORMAT parquet, COMPRESSION snappy, ROW_GROUP_SIZE {group})"
    )


def _write_kept(rows: pq.ParquetFile, kept: NDArray[np.bool_], path: Path) -> None:
    start = 0
    with pq.ParquetWriter(path, rows.schema_arrow, compression="snappy") as written:
        for number in range(rows.num_row_groups):
            group = rows.read_row_group(number)
            chosen = group.filter(pa.array(kept[start : start + len(group)]))
            start += len(group)
            if len(chosen):
                written.write_table(chosen)


def quoted(path: Path) -> str:
    """A path inside a text of SQL."""
    return str(path).replace("'", "''")
