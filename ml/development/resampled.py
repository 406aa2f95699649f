"""How a measure is computed for many resamples at once: prepared on the rows, then weighted."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.intp]
Weighted = Callable[[Floats], Floats]
"""From weights (a row per resample, a column per unit) to one value a resample."""
Prepare = Callable[[Floats, Floats, Integers], Weighted]
"""From labels, scores and the unit of each row to what can be weighted."""


def ranked(area: Callable[[Floats, Floats], float]) -> Prepare:
    """A measure of the ordering: rows are sorted once, then every resample is a weighting."""

    def prepare(labels: Floats, scores: Floats, units: Integers) -> Weighted:
        order = np.argsort(-scores, kind="stable")
        ranked_labels, ranked_units = labels[order], units[order]
        # Rows with equal scores are one threshold: only the last row of each run counts.
        ends = np.append(np.flatnonzero(np.diff(scores[order])), len(order) - 1)

        def values(weights: Floats) -> Floats:
            result = np.empty(len(weights))
            for index, row in enumerate(weights):
                weight = row[ranked_units]
                positives = np.cumsum(weight * ranked_labels)[ends]
                result[index] = area(positives, np.cumsum(weight)[ends])
            return result

        return values

    return prepare


def roc_area(positives: Floats, totals: Floats) -> float:
    """The area under the ROC curve from cumulated counts; NaN with one outcome only."""
    negatives = totals - positives
    if positives[-1] == 0 or negatives[-1] == 0:
        return float("nan")
    steps = np.diff(negatives, prepend=0.0)
    heights = positives - np.diff(positives, prepend=0.0) / 2
    return float(steps @ heights / (positives[-1] * negatives[-1]))


def precision_area(positives: Floats, totals: Floats) -> float:
    """The average precision from cumulated counts; NaN without a positive case."""
    if positives[-1] == 0:
        return float("nan")
    precision = np.divide(positives, totals, out=np.zeros_like(positives), where=totals > 0)
    return float(np.diff(positives, prepend=0.0) @ precision / positives[-1])


def averaged(
    error: Callable[[Floats, Floats], Floats], finish: Callable[[Floats], Floats] = np.asarray
) -> Prepare:
    """A mean over rows: one sum a unit, so a resample costs a dot product."""

    def prepare(labels: Floats, scores: Floats, units: Integers) -> Weighted:
        sums = np.bincount(units, weights=error(labels, scores))
        counts = np.bincount(units).astype(np.float64)
        return lambda weights: finish((weights @ sums) / (weights @ counts))

    return prepare
