"""Which part of the curated tables a server needs to build features of requests by key."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import polars as pl

from ml.data.contract import Contract
from ml.data.requests import unneeded
from ml.failures import StepError
from ml.spec import ModelSpec
from ml.spec_sections import Recent


def recent_tables(
    spec: ModelSpec, contract: Contract, tables: Mapping[str, pl.DataFrame]
) -> dict[str, pl.DataFrame]:
    """The recent rows of each table, without personal columns that no feature needs."""
    described = {
        name: frame.select(*contract.tables[name].schema) for name, frame in tables.items()
    }
    personal = [
        (name, column.name)
        for name in described
        for column in contract.tables[name].columns
        if column.restricted and column.name not in spec.data.entity_key
    ]
    for name, column in personal:
        if unneeded(spec, described, name, column):
            described[name] = described[name].drop(column)
    return {name: _recent_rows(spec, name, frame) for name, frame in described.items()}


def request_columns(
    spec: ModelSpec, contract: Contract, base: pl.DataFrame
) -> list[dict[str, Any]]:
    """What a request by key carries: the base table's columns but for label and outcomes."""
    unknown = {*spec.data.outcomes, spec.data.label}
    return [
        {"name": column.name, "type": column.logical_type, "required": column.required}
        for column in contract.tables[spec.data.base].columns
        if column.name not in unknown and column.name in base.columns
    ]


def _recent_rows(spec: ModelSpec, name: str, frame: pl.DataFrame) -> pl.DataFrame:
    rule = spec.data.recent.get(name)
    if rule is None and name == spec.data.base:
        if spec.data.event_time is None:
            # Without a time nothing says which of the other rows were known when one is asked.
            return frame.head(0)
        if spec.data.event_time in frame.columns:
            rule = Recent(column=spec.data.event_time)
    if rule is None:
        return frame
    found = frame.schema.get(rule.column)
    if not isinstance(found, pl.Datetime | pl.Date):
        times = [column for column, dtype in frame.schema.items() if dtype.is_temporal()]
        raise StepError(
            f"data.recent.{name}.column: {rule.column!r} is no instant of the table; "
            f"allowed: {', '.join(times) or 'none: leave the table out, to keep it whole'}"
        )
    newest = frame[rule.column].max()
    if newest is None:
        return frame
    return frame.filter(pl.col(rule.column) >= pl.lit(newest) - timedelta(days=rule.days))
