"""Reads one version of a table part by part, for whoever must not hold all of it."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
from deltalake import DeltaTable
from deltalake.exceptions import DeltaError

from ml.failures import StepError


@contextmanager
def naming(address: str) -> Iterator[None]:
    """What is wrong with the files of a table is told with the table's address."""
    try:
        yield
    except (DeltaError, pa.ArrowException, OSError) as error:
        raise StepError(f"{address}: {error}") from error


class Scan:
    """One version of a table, opened once and read in parts."""

    def __init__(self, table: DeltaTable, address: str) -> None:
        self._address = address
        self._rows = table.to_pyarrow_dataset()
        self.columns: list[str] = self._rows.schema.names

    def read(
        self, *, columns: Sequence[str] | None = None, where: pc.Expression | None = None
    ) -> pl.DataFrame:
        """Some rows and columns; files that `where` cannot match are not opened."""
        with naming(self._address):
            rows = self._rows.to_table(columns=list(columns) if columns else None, filter=where)
        return frame_of(rows)


def frame_of(rows: Any) -> pl.DataFrame:
    """Arrow's rows as a frame."""
    frame = pl.from_arrow(rows)
    if not isinstance(frame, pl.DataFrame):
        raise TypeError(f"expected a table, got {type(frame).__name__}")
    return frame
