"""Turns the columns of a request by key into rows of the base table, typed as it is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import polars as pl

from ml.deployment.server.predictor import Field, Values
from ml.deployment.server.refusal import Code, RequestError

_DATATYPES = {
    "string": "BYTES",
    "integer": "INT64",
    "number": "FP64",
    "boolean": "BOOL",
    "date": "BYTES",
    "timestamp": "BYTES",
}
"""How the contract's types travel; V2 has no moments, so they travel as ISO 8601 text."""
_TYPES: dict[str, Any] = {
    "string": pl.String,
    "integer": pl.Int64,
    "number": pl.Float64,
    "boolean": pl.Boolean,
    "date": pl.String,
    "timestamp": pl.String,
}


class QuestionColumns:
    """The inputs of a request by key, as `refresh` read them from the contract."""

    def __init__(self, request: Sequence[dict[str, Any]]) -> None:
        self._kinds = {str(column["name"]): str(column["type"]) for column in request}
        self.fields = tuple(
            Field(
                name=str(column["name"]),
                datatype=_DATATYPES[column["type"]],
                nullable=not column["required"],
            )
            for column in request
        )

    def frame(self, columns: Sequence[Values]) -> pl.DataFrame:
        """One row per question; a text that is no moment is refused with input and row."""
        return pl.DataFrame(
            [
                _series(name, kind, values)
                for (name, kind), values in zip(self._kinds.items(), columns, strict=True)
            ]
        )


def _series(name: str, kind: str, values: Values) -> pl.Series:
    said = pl.Series(name, values, dtype=_TYPES[kind])
    if kind == "number":
        return said.fill_nan(None)
    if kind == "date":
        read, example = said.str.to_date("%Y-%m-%d", strict=False), "2013-07-01"
    elif kind == "timestamp":
        moments = said.str.to_datetime("%Y-%m-%dT%H:%M:%S%.f%#z", time_unit="us", strict=False)
        read, example = moments.dt.convert_time_zone("UTC"), "2013-07-01T12:00:00Z"
    else:
        return said
    wrong = said.is_not_null() & read.is_null()
    if wrong.any():
        row = int(wrong.arg_max() or 0)
        raise RequestError(
            Code.WRONG_TYPE,
            f"input {name}, row {row}: {said[row][:40]!r} is no {kind}; write it as {example}",
        )
    return read
