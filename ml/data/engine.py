"""Where feature expressions run: Ibis on an embedded DuckDB that keeps every instant in UTC."""

from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Any, Self

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir
import polars as pl

INSTANT = dt.Timestamp(timezone="UTC", scale=6)


def _clock(zone: str, moment: Any) -> Any:
    """DuckDB's own function, declared for both directions."""


_at_zone = ibis.udf.scalar.builtin(
    _clock, name="timezone", signature=((dt.string, dt.timestamp), INSTANT)
)
_in_zone = ibis.udf.scalar.builtin(
    _clock, name="timezone", signature=((dt.string, INSTANT), dt.timestamp)
)


def to_instant(local: ir.Value, zone: ir.Value) -> ir.Value:
    """The UTC instant of a local wall-clock time; daylight saving is the zone's own."""
    return _at_zone(zone, local)


def to_local(instant: ir.Value, zone: ir.Value) -> ir.Value:
    """The local wall-clock time at a UTC instant."""
    return _in_zone(zone, instant)


class Engine:
    """One embedded database for the length of a `with` block; nothing is written to disk."""

    def __init__(self, threads: int | None = None) -> None:
        self._connection = ibis.duckdb.connect(**({"threads": threads} if threads else {}))
        # Local time of whoever runs this must not decide on which day a flight left.
        self._connection.raw_sql("SET TimeZone = 'UTC'")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._connection.disconnect()

    def tables(self, frames: Mapping[str, pl.DataFrame]) -> dict[str, ir.Table]:
        """The frames as tables that expressions can name."""
        return {
            name: self._connection.create_table(f"source_{name}", frame.to_arrow(), temp=True)
            for name, frame in frames.items()
        }

    def replace(self, name: str, frame: pl.DataFrame) -> None:
        """Give a table of this engine other rows; its columns must stay."""
        self._connection.con.register("incoming", frame.to_arrow())
        self._connection.con.execute(f'DELETE FROM "source_{name}"')
        self._connection.con.execute(f'INSERT INTO "source_{name}" SELECT * FROM incoming')

    def prepared(self, name: str, expression: ir.Table) -> Callable[[], pl.DataFrame]:
        """The expression compiled once, to be computed again whenever its tables have changed."""
        statement = self._connection.compile(expression)
        self._connection.con.execute(f'PREPARE "{name}" AS {statement}')

        def compute() -> pl.DataFrame:
            return _polars(self._connection.con.sql(f'EXECUTE "{name}"').to_arrow_table())

        return compute

    def keep(self, expression: ir.Table, name: str) -> ir.Table:
        """Compute an expression once, for others to build on."""
        return self._connection.create_table(f"kept_{name}", expression, temp=True)

    def fetch(self, expression: ir.Table) -> pl.DataFrame:
        """The rows of an expression."""
        return _polars(self._connection.to_pyarrow(expression))


def _polars(rows: Any) -> pl.DataFrame:
    frame = pl.from_arrow(rows)
    if not isinstance(frame, pl.DataFrame):
        raise TypeError(f"expected a table, got {type(frame).__name__}")
    return frame
