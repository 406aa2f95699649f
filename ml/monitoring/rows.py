"""Turns captured answers into the rows of the predictions table: one row per predicted row."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Generic

import polars as pl

from ml.deployment.capture.segment import Answer, Origin, Record, Segment

FIXED: Mapping[str, Any] = {
    "prediction_id": pl.String,
    "row": pl.Int32,
    "time": pl.Datetime("us", "UTC"),
    "day": pl.Date,
    "event_time": pl.Datetime("us", "UTC"),
    "event_day": pl.Date,
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
"""Columns of every model's table; `input_…`, `output_…` and, by key, `key_…` columns follow.

`event_time` and `event_day` are those of the question, where it came by key.
"""
_TYPES: Mapping[str, Any] = {"BYTES": pl.String, "BOOL": pl.Boolean}


@dataclass(frozen=True)
class Captured(Generic[Record]):
    """One segment as the lake has it."""

    name: str
    """`<pod>/<writer>.<number>`."""
    segment: Segment[Record]


def table_rows(captured: Iterable[Captured[Answer]], existing: Mapping[str, Any]) -> pl.DataFrame:
    """All rows of some segments, with types that the existing table's columns can take.

    Where a version's input has another type than its namesake had, it gets a column of its own
    (`input_age__string`): an append must never fail, because nothing may be lost.
    """
    frames = [pl.DataFrame(schema=dict(FIXED))]
    known = dict(existing)
    for item in captured:
        if item.segment.origin is None or not item.segment.records:
            continue
        frame = _segment_rows(item.name, item.segment.origin, item.segment.records)
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
    columns |= _events(answers, counts)
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
    series += _keys(answers, counts)
    return pl.DataFrame(series).with_columns(day=pl.col("time").dt.date())


def _events(answers: list[Answer], counts: list[int]) -> dict[str, list[Any]]:
    """When the questions were asked in the data's own time, where the server knew."""
    times: list[int | None] = []
    days: list[date | None] = []
    for answer, count in zip(answers, counts, strict=True):
        entities = answer.entities
        unknown = [None] * count
        times += (entities and entities.times_us) or unknown
        said = (entities and entities.days) or unknown
        days += [None if day is None else date.fromisoformat(day) for day in said]
    return {"event_time": times, "event_day": days}


def _keys(answers: list[Answer], counts: list[int]) -> list[pl.Series]:
    """One column per part of a key; null for answers that did not come by key."""
    names = dict.fromkeys(
        name for answer in answers if answer.entities for name in answer.entities.names
    )
    series = []
    for name in names:
        values: list[Any] = []
        for answer, count in zip(answers, counts, strict=True):
            held = answer.entities
            known = held is not None and name in held.names
            values += held.values[held.names.index(name)] if held and known else [None] * count
        series.append(pl.Series(f"key_{name}", values, strict=False))
    return series


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
