"""Turns one V2 input into a checked column, saying which input and which row is wrong."""

from __future__ import annotations

import math
import re
from typing import Any

import msgspec
import numpy as np

from ml.deployment.server.predictor import DATATYPES, Field, Values
from ml.deployment.server.refusal import Code, RequestError

_KINDS: dict[str, Any] = {"BOOL": bool, "BYTES": str, "FP32": float, "FP64": float}


def _decoder(datatype: str, nullable: bool, nested: bool) -> msgspec.json.Decoder[Any]:
    value: Any = _KINDS.get(datatype, int)
    column: Any = list[value | None] if nullable else list[value]
    return msgspec.json.Decoder(list[column] if nested else column)


_FIELDS = [(name, nullable) for name in DATATYPES for nullable in (False, True)]
_PLAIN = {key: _decoder(*key, nested=False) for key in _FIELDS}
_NESTED = {key: _decoder(*key, nested=True) for key in _FIELDS}
_LIMITS = {
    name: (held.lowest, held.highest)
    for name, held in DATATYPES.items()
    if held.lowest is not None and held.highest is not None
}
_PLACE = re.compile(r"^(?P<what>.*) - at `\$\[(?P<row>\d+)\]")


def from_json(field: Field, data: msgspec.Raw, rows: int, *, column_vector: bool) -> Values:
    """Check the JSON data of one input; `column_vector` allows [[1], [2]] besides [1, 2]."""
    key = (field.datatype, field.nullable)
    try:
        try:
            values: Values = _PLAIN[key].decode(data)
        except msgspec.ValidationError:
            if not column_vector or not _is_nested(data):
                raise
            nested = _NESTED[key].decode(data)
            if any(len(row) != 1 for row in nested):
                raise RequestError(
                    Code.WRONG_SHAPE, f"input {field.name}: a row is not 1 wide"
                ) from None
            values = [row[0] for row in nested]
    except msgspec.ValidationError as error:
        raise _wrong_value(field, str(error)) from None
    check_length(field, len(values), rows)
    return check_numbers(field, values)


def _is_nested(data: msgspec.Raw) -> bool:
    return bytes(memoryview(data)[1:64]).lstrip().startswith(b"[")


def check_length(field: Field, found: int, rows: int) -> None:
    """Refuse data whose length is not what the shape says."""
    if found != rows:
        raise RequestError(
            Code.WRONG_SHAPE, f"input {field.name}: {found} values for a shape of {rows} rows"
        )


def check_numbers(field: Field, values: Values) -> Values:
    """Refuse numbers the datatype cannot hold; put NaN where a nullable number is missing."""
    limits = _LIMITS.get(field.datatype)
    if limits is None:
        return values
    lowest, highest = limits
    present = [v for v in values if v is not None] if field.nullable else values
    if present and not (max(present) <= highest and min(present) >= lowest):
        row = next(i for i, v in enumerate(values) if v is not None and not lowest <= v <= highest)
        raise RequestError(
            Code.OUT_OF_RANGE,
            f"input {field.name}, row {row}: {values[row]} does not fit {field.datatype}",
        )
    if len(present) < len(values) and field.is_float:
        return [math.nan if value is None else value for value in values]
    return values


def from_binary(field: Field, data: memoryview, rows: int) -> Values:
    """Check the binary data of one input."""
    if field.datatype == "BYTES":
        return _texts(field, data, rows)
    dtype = DATATYPES[field.datatype].dtype.newbyteorder("<")
    if len(data) != rows * dtype.itemsize:
        raise RequestError(
            Code.INVALID_BINARY,
            f"input {field.name}: {len(data)} bytes for {rows} values of {field.datatype}; "
            f"expected {rows * dtype.itemsize}",
        )
    if field.datatype == "BOOL":
        raw = np.frombuffer(data, dtype=np.uint8)
        if raw.size and raw.max() > 1:
            raise RequestError(Code.WRONG_TYPE, f"input {field.name}: a BOOL is neither 0 nor 1")
    array = np.frombuffer(data, dtype=dtype)
    if field.is_float:
        refused = np.isinf(array) if field.nullable else ~np.isfinite(array)
        if refused.any():
            row = int(refused.argmax())
            raise not_finite(field, f"row {row}: {array[row]}")
    values: Values = array.tolist()
    return values


def not_finite(field: Field, what: str) -> RequestError:
    """NaN or infinity where a number is needed."""
    allowed = "a finite number or NaN" if field.nullable else "a finite number"
    return RequestError(
        Code.NOT_FINITE, f"input {field.name}, {what} is not allowed; send {allowed}"
    )


def _texts(field: Field, data: memoryview, rows: int) -> Values:
    values: Values = []
    position = 0
    while position < len(data):
        end = position + 4
        length = int.from_bytes(data[position:end], "little")
        if end > len(data) or end + length > len(data):
            raise RequestError(
                Code.INVALID_BINARY,
                f"input {field.name}: text {len(values)} is longer than the data",
            )
        try:
            values.append(str(data[end : end + length], "utf-8"))
        except UnicodeDecodeError:
            raise RequestError(
                Code.INVALID_BINARY, f"input {field.name}, row {len(values)}: not UTF-8"
            ) from None
        position = end + length
    check_length(field, len(values), rows)
    return values


def _wrong_value(field: Field, message: str) -> RequestError:
    match = _PLACE.match(message)
    place = f"input {field.name}, row {match['row']}" if match else f"input {field.name}"
    what = (match["what"] if match else message).replace("`", "")
    if what.startswith("Number out of range"):
        return RequestError(
            Code.OUT_OF_RANGE, f"{place}: the number does not fit {field.datatype}"
        )
    if what.endswith("got null"):
        return RequestError(Code.NULL_VALUE, f"{place}: null, but this input is not nullable")
    return RequestError(Code.WRONG_TYPE, f"{place}: {what[:1].lower()}{what[1:]}")
