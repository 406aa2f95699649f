"""Refuses inputs that the SDK's types would not allow, with the path and what is allowed there."""

import difflib
from collections.abc import Iterator
from typing import Any

from sandbox.aws.provider.shapes import ListOf, MapOf, ObjectOf, Scalar, Shape
from sandbox.aws.provider.wire import UNKNOWN

_PYTHON: dict[str, type | tuple[type, ...]] = {
    "str": str,
    "int": int,
    "float": (int, float),
    "bool": bool,
    "asset": dict,
}
_WORDS = {"str": "a text", "int": "a whole number", "float": "a number", "bool": "true or false"}


def mistakes(value: Any, shape: Shape, path: str = "") -> Iterator[tuple[str, str]]:
    """Yield each mistake as its path and what would be right."""
    if value is None or value == UNKNOWN:
        return
    if isinstance(shape, ObjectOf):
        yield from _object_mistakes(value, shape, path)
    elif isinstance(shape, ListOf):
        if not isinstance(value, list):
            yield path, f"must be a list, is {_told(value)}"
            return
        for index, each in enumerate(value):
            yield from mistakes(each, shape.element, f"{path}[{index}]")
    elif isinstance(shape, MapOf):
        if not isinstance(value, dict):
            yield path, f"must be a map, is {_told(value)}"
            return
        for key, each in value.items():
            yield from mistakes(each, shape.element, f"{path}[{key!r}]")
    else:
        yield from _scalar_mistakes(value, shape, path)


def _scalar_mistakes(value: Any, shape: Scalar, path: str) -> Iterator[tuple[str, str]]:
    wanted = _PYTHON.get(shape.kind)
    if wanted is None:
        return
    confused = isinstance(value, bool) and shape.kind in ("int", "float")
    if confused or not isinstance(value, wanted):
        yield path, f"must be {_WORDS.get(shape.kind, 'an asset')}, is {_told(value)}"


def _object_mistakes(value: Any, shape: ObjectOf, path: str) -> Iterator[tuple[str, str]]:
    if not isinstance(value, dict):
        yield path, f"must be an object, is {_told(value)}"
        return
    prefix = f"{path}." if path else ""
    fields = shape.fields
    for key, each in value.items():
        if key.startswith("__"):
            continue
        if key in fields:
            yield from mistakes(each, fields[key], f"{prefix}{key}")
        else:
            yield f"{prefix}{key}", f"unknown{_guess(key, fields)}; allowed: {_names(fields)}"
    for key in sorted(shape.required - value.keys()):
        yield f"{prefix}{key}", "required but missing"


def _guess(key: str, fields: dict[str, Shape]) -> str:
    close = difflib.get_close_matches(key, fields, n=1)
    return f", did you mean {close[0]}?" if close else ""


def _names(fields: dict[str, Shape]) -> str:
    return ", ".join(sorted(fields))


def _told(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
