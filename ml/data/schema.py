"""Compiles a table's contract to a pandera schema, whose failures carry the contract's names."""

from collections.abc import Callable
from typing import Any

import pandera.polars as pa
import polars as pl

from ml.data.contract import Rule, TableContract


def compile_schema(contract: TableContract) -> pa.DataFrameSchema:
    """The schema that a typed batch of this table must satisfy."""
    columns = {
        column.name: pa.Column(
            column.dtype,
            nullable=not column.required,
            checks=[_check(rule) for rule in column.rules],
        )
        for column in contract.columns
    }
    return pa.DataFrameSchema(columns, checks=[_check(rule) for rule in contract.rules])


def _check(rule: Rule) -> pa.Check:
    # A rule about a missing value is kept: whether it may be missing is a rule of its own.
    return pa.Check(_evaluate(rule.holds.fill_null(True)), name=rule.name)


def _evaluate(holds: pl.Expr) -> Callable[[Any], pl.LazyFrame]:
    def evaluate(data: Any) -> pl.LazyFrame:
        return data.lazyframe.select(holds.alias("holds"))  # type: ignore[no-any-return]

    return evaluate
