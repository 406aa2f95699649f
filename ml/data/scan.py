"""Reads one version of a table part by part, for whoever must not hold all of it."""

from collections.abc import Sequence
from typing import Any

import polars as pl
import pyarrow.compute as pc
from deltalake import DeltaTable


class Scan:
    """One version of a table, opened once and read in parts."""

    def __init__(self, table: DeltaTable) -> None:
        self._rows = table.to_pyarrow_dataset()
        self.columns: list[str] = self._rows.schema.names

    def read(
        self, *, columns: Sequence[str] | None = None, where: pc.Expression | None = None
    ) -> pl.DataFrame:
        """Some rows and columns; files that `where` cannot match are not opened."""
        return frame_of(
            self._rows.to_table(columns=list(columns) if columns else None, filter=where)
        )


def frame_of(rows: Any) -> pl.DataFrame:
    """Arrow's rows as a frame."""
    frame = pl.from_arrow(rows)
    if not isinstance(frame, pl.DataFrame):
        raise TypeError(f"expected a table, got {type(frame).__name__}")
    return frame
