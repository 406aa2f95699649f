"""How far two fingerprints lie apart, computed from their counts alone."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from ml.monitoring.fingerprint import BINS, hashed, lower_edge

_FLOOR = 1e-4
"""Smallest share of a bin: an empty bin must not make the index infinite."""


def psi(reference: dict[str, Any], current: dict[str, Any], groups: int = 10) -> float:
    """Population stability index of one column: deciles of the reference, or its categories.

    Missing values are a group of their own, so a column that stops arriving is seen.
    """
    if reference["kind"] != current["kind"]:
        raise ValueError(
            f"a {reference['kind']} column cannot be compared with a {current['kind']} one"
        )
    if reference["rows"] == 0 or current["rows"] == 0:
        raise ValueError("an empty column has no distribution to compare")
    if reference["kind"] == "numeric":
        pair = _numeric_groups(reference, current, groups)
    else:
        pair = _categorical_groups(reference, current)
    before, after = (np.maximum(counts / counts.sum(), _FLOOR) for counts in pair)
    return float(((after - before) * np.log(after / before)).sum())


def quantile(column: dict[str, Any], share: float) -> float:
    """The value below which that share of a numeric column lies, within 0.8 % of the value."""
    counts = _dense(column["bins"])
    total = int(counts.sum())
    if total == 0:
        raise ValueError("a column without numbers has no quantile")
    rank = min(max(math.ceil(share * total), 1), total)
    index = int(np.searchsorted(np.cumsum(counts), rank))
    near = lower_edge(index)
    far = lower_edge(index + 1 if near > 0 else index - 1) if 0 < index < BINS - 1 else near
    return float(min(max((near + far) / 2, column["minimum"]), column["maximum"]))


def _numeric_groups(
    reference: dict[str, Any], current: dict[str, Any], groups: int
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    before, after = _dense(reference["bins"]), _dense(current["bins"])
    cumulated = np.cumsum(before)
    wanted = cumulated[-1] * np.arange(1, groups) / groups
    cuts = np.unique(np.searchsorted(cumulated, wanted) + 1)
    cuts = np.concatenate([[0], cuts[cuts < BINS]])
    return (
        np.append(np.add.reduceat(before, cuts), _missing(reference)).astype(np.float64),
        np.append(np.add.reduceat(after, cuts), _missing(current)).astype(np.float64),
    )


def _categorical_groups(
    reference: dict[str, Any], current: dict[str, Any]
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    columns = (reference, current)
    if any(column["hashed"] is not None for column in columns):
        counts = [column["hashed"] or hashed(column["categories"]) for column in columns]
    else:
        counts = [column["categories"] for column in columns]
    keys = sorted(counts[0].keys() | counts[1].keys())
    before, after = (
        np.array([count.get(key, 0) for key in keys] + [column["nulls"]], dtype=np.float64)
        for count, column in zip(counts, columns, strict=True)
    )
    return before, after


def _missing(column: dict[str, Any]) -> int:
    return int(column["nulls"] + column["nans"] + column["infinities"])


def _dense(bins: dict[str, int]) -> npt.NDArray[np.int64]:
    counts = np.zeros(BINS, dtype=np.int64)
    for index, count in bins.items():
        counts[int(index)] = count
    return counts
