"""Turns captured answers into the rows of the predictions table: one row per predicted row."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from ml.deployment.capture.segment import Answer, Origin, Segment

FIXED: Mapping[str, Any] = {
    "prediction_id": pl.String,
    "row": pl.Int32,
    "time": pl.Datetime("us", "UTC"),
    "day": pl.Date,
    "model": pl.String,
    "version": pl.String,
    "package_digest": pl.String,
    "environment": pl.String,
    "pod": pl.String,
    "caller": pl.String,
    "request_id": pl.String,
    "parameters": pl.String,
    "segment": pl.String,
}
"""Columns of every model's table; `input_…` and `output_…` columns follow."""
_TYPES: Mapping[str, Any] = {"BYTES": pl.String, "BOOL": pl.Boolean}


@dataclass(frozen=True)
class Captured:
    """One segment as the lake has it."""

    name: str
    """`<pod>/<writer>.<number>`."""
    segment: Segment


def table_rows(captured: Iterable[Captured], existing: Mapping[str, Any]) -> pl.DataFrame:
    """All rows of some segments, with types that the existing table's columns can take.

    Where a version's input has another type than its namesake had, it gets a column of its own
    (`input_age__string`): an append must never fail, because nothing may be lost.
    """
    frames = [pl.DataFrame(schema=dict(FIXED))]
    known = dict(existing)
    for item in captured:
        if item.segment.origin is None or not item.segment.answers:
            continue
        frame = _segment_rows(item.name, item.segment.origin, item.segment.answers)
        frame = frame.rename(
            {
                name: f"{name}__{str(dtype).lower()}"
                for name, dtype in frame.schema.items()
                if known.get(name, dtype) != dtype
            }
        )
        known |= frame.schema
        frames.append(frame)
    return pl.concat(frames, how="diagonal")


def _segment_rows(name: str, origin: Origin, answers: list[Answer]) -> pl.DataFrame:
    counts = [len(answer.outputs[0]) for answer in answers]

    def repeated(values: Iterable[Any]) -> list[Any]:
        return [v for v, count in zip(values, counts, strict=True) for _ in range(count)]

    total = sum(counts)
    columns: dict[str, list[Any]] = {
        "prediction_id": repeated(answer.prediction_id for answer in answers),
        "row": [row for count in counts for row in range(count)],
        "time": repeated(answer.time_ns // 1000 for answer in answers),
        "caller": repeated(answer.caller for answer in answers),
        "request_id": repeated(answer.request_id for answer in answers),
        "parameters": repeated(
            json.dumps(answer.parameters, sort_keys=True) for answer in answers
        ),
    }
    constants = {
        "model": origin.model,
        "version": origin.version,
        "package_digest": origin.digest,
        "environment": origin.environment,
        "pod": origin.pod,
        "segment": name,
    }
    columns |= {key: [value] * total for key, value in constants.items()}
    series = [
        pl.Series(key, columns.get(key, [None] * total), dtype=dtype)
        for key, dtype in FIXED.items()
    ]
    for index, (column, datatype) in enumerate(origin.inputs):
        values = [v for answer in answers for v in answer.inputs[index]]
        series.append(_column(f"input_{column}", datatype, values))
    for index, (column, datatype) in enumerate(origin.outputs):
        values = [v for answer in answers for v in answer.outputs[index]]
        series.append(_column(f"output_{column}", datatype, values))
    return pl.DataFrame(series).with_columns(day=pl.col("time").dt.date())


def _column(name: str, datatype: str, values: list[Any]) -> pl.Series:
    if values and isinstance(values[0], list):
        return pl.Series(name, values, dtype=pl.List(pl.Float64))
    if datatype.startswith("FP"):
        # A missing number is null in the lake: NaN would poison every average over it.
        present = [None if v is None or math.isnan(v) else v for v in values]
        return pl.Series(name, present, dtype=pl.Float64)
    if datatype == "UINT64":
        return pl.Series(name, values, dtype=pl.UInt64).cast(pl.Float64)
    return pl.Series(name, values, dtype=_TYPES.get(datatype, pl.Int64))
