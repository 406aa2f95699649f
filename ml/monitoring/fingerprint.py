"""Column fingerprints that add: a month is the exact sum of its days, whoever counted them."""

from __future__ import annotations

import zlib
from collections import Counter
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from ml.development.inputs import MISSING_TEXT

VERSION = 1
BINS = 4096
"""Counters per numeric column: one sign bit, 32 octaves, 64 linear steps in an octave."""
MOST_CATEGORIES = 4096
"""Above this many distinct texts a column is counted by hash, so memory never grows with rows."""

_STEPS = 64
_LOWEST_EXPONENT = -12
"""Magnitudes below 2**-12 share the first bin of their sign, above 2**20 the last."""
_HALF = BINS // 2
_BIAS = (1023 + _LOWEST_EXPONENT) * _STEPS

Counts = dict[str, int]
Fingerprint = dict[str, Any]


def fingerprint(frame: pl.DataFrame) -> Fingerprint:
    """Count every column of a frame into one JSON-ready fingerprint."""
    columns = {series.name: _column(series) for series in frame.get_columns()}
    return {"version": VERSION, "rows": frame.height, "columns": columns}


def merge(left: Fingerprint, right: Fingerprint) -> Fingerprint:
    """Add two fingerprints of the same columns; the order of adding does not matter."""
    if left["columns"].keys() != right["columns"].keys():
        odd = sorted(left["columns"].keys() ^ right["columns"].keys())
        raise ValueError(f"fingerprints of different columns do not add: {', '.join(odd)}")
    columns = {
        name: _merge_column(name, column, right["columns"][name])
        for name, column in left["columns"].items()
    }
    return {"version": VERSION, "rows": left["rows"] + right["rows"], "columns": columns}


def bin_of(values: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
    """Map finite numbers to bins that sort like the numbers; zero lies between the signs."""
    # The top bits of a float, exponent then mantissa, already sort like its magnitude.
    code = np.abs(values).view(np.int64) >> (52 - 6)
    step = np.clip(code - _BIAS, 0, _HALF - 1)
    below = np.signbit(values) & (values != 0)
    index: npt.NDArray[np.int64] = np.where(below, _HALF - 1 - step, _HALF + step)
    return index


def lower_edge(index: int) -> float:
    """Tell the number at which a bin begins, seen from zero outwards."""
    step = index - _HALF if index >= _HALF else _HALF - 1 - index
    magnitude = 2.0 ** (_LOWEST_EXPONENT + step // _STEPS) * (1 + step % _STEPS / _STEPS)
    return magnitude if index >= _HALF else -magnitude


def hashed(categories: Counts) -> Counts:
    """Count texts by a stable hash: what a column keeps when it has too many of them."""
    buckets: Counter[str] = Counter()
    for text, count in categories.items():
        buckets[str(zlib.crc32(text.encode()) % BINS)] += count
    return dict(buckets)


def _column(series: pl.Series) -> dict[str, Any]:
    if series.dtype.is_numeric() or series.dtype == pl.Boolean:
        return _numeric(series)
    if series.dtype.is_temporal():
        return _numeric(series.to_physical())
    return _categorical(series)


def _numeric(series: pl.Series) -> dict[str, Any]:
    present = series.drop_nulls()
    values = present.cast(pl.Float64).to_numpy()
    nans = int(np.isnan(values).sum())
    finite = np.ascontiguousarray(values[np.isfinite(values)])
    counts = np.bincount(bin_of(finite), minlength=BINS) if finite.size else np.zeros(0, int)
    return {
        "kind": "numeric",
        "rows": len(series),
        "nulls": len(series) - len(present),
        "nans": nans,
        "infinities": values.size - nans - finite.size,
        "zeros": int((finite == 0).sum()),
        "minimum": float(finite.min()) if finite.size else None,
        "maximum": float(finite.max()) if finite.size else None,
        "sum": _finite_sum(finite),
        "squares": _finite_sum(finite, finite),
        "bins": {str(i): int(counts[i]) for i in np.flatnonzero(counts)},
    }


def _finite_sum(values: npt.NDArray[np.float64], *factor: npt.NDArray[np.float64]) -> float:
    # Clamped, because JSON has no infinity; one pass of numpy, because there are millions.
    with np.errstate(over="ignore", invalid="ignore"):
        total = np.dot(values, *factor) if factor else values.sum()
    return float(np.nan_to_num(total))


def _categorical(series: pl.Series) -> dict[str, Any]:
    present = series.drop_nulls().cast(pl.String)
    counted = present.value_counts(name="rows")
    texts, rows = counted.get_column(present.name).to_list(), counted.get_column("rows").to_list()
    return _settle(
        {
            "kind": "categorical",
            "rows": len(series),
            "nulls": len(series) - len(present),
            "categories": dict(sorted(zip(texts, rows, strict=True))),
            "hashed": None,
        }
    )


def _settle(column: dict[str, Any]) -> dict[str, Any]:
    # Decided by the distinct texts alone, so it does not matter who added what first.
    if column["hashed"] is None and len(column["categories"]) > MOST_CATEGORIES:
        return column | {
            "hashed": hashed(column["categories"]),
            "categories": _missing(column["categories"]),
        }
    return column


def _missing(categories: Counts) -> Counts:
    # The text that stands for a missing one: in its bucket nobody could tell it from others.
    return {MISSING_TEXT: categories[MISSING_TEXT]} if MISSING_TEXT in categories else {}


def _merge_column(name: str, left: dict[str, Any], right: dict[str, Any]) -> dict[str, Any]:
    if left["kind"] != right["kind"]:
        raise ValueError(f"column {name} is {left['kind']} in one fingerprint, not in the other")
    added = {key: left[key] + right[key] for key in ("rows", "nulls")}
    if left["kind"] == "numeric":
        added |= {k: left[k] + right[k] for k in ("nans", "infinities", "zeros")}
        added |= {key: left[key] + right[key] for key in ("sum", "squares")}
        return {
            "kind": "numeric",
            **added,
            "minimum": _extreme(min, left["minimum"], right["minimum"]),
            "maximum": _extreme(max, left["maximum"], right["maximum"]),
            "bins": _add(left["bins"], right["bins"]),
        }
    if left["hashed"] is None and right["hashed"] is None:
        texts = _add(left["categories"], right["categories"])
        return _settle({"kind": "categorical", **added, "categories": texts, "hashed": None})
    buckets = [
        c["hashed"] if c["hashed"] is not None else hashed(c["categories"]) for c in (left, right)
    ]
    kept = _add(*(_missing(c["categories"]) for c in (left, right)))
    return {"kind": "categorical", **added, "categories": kept, "hashed": _add(*buckets)}


def _add(left: Counts, right: Counts) -> Counts:
    return {
        key: left.get(key, 0) + right.get(key, 0) for key in sorted(left.keys() | right.keys())
    }


def _extreme(pick: Any, left: float | None, right: float | None) -> float | None:
    present = [value for value in (left, right) if value is not None]
    return pick(present) if present else None
