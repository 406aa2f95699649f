"""Measures of a multi-class model, prepared for many resamples at once.

`labels` are places in the model's classes, `scores` has a column per class. A label behind the
last column is of a class the model never saw: it gave that class no chance, and never named it.
"""

from __future__ import annotations

import numpy as np
from scipy import sparse

from ml.development.resampled import Floats, Integers, Weighted, averaged, ranked, roc_area

SMALLEST_PROBABILITY = 1e-15
"""A probability of exactly 0 that turns out wrong would make the log loss infinite."""


def surprise(labels: Floats, scores: Floats) -> Floats:
    """Minus the logarithm of the chance that was given to what happened."""
    places = _places(labels)
    known = places < scores.shape[1]
    chance = np.zeros(len(places))
    chance[known] = scores[known, places[known]]
    return np.asarray(-np.log(np.clip(chance, SMALLEST_PROBABILITY, 1.0)))


def hits(labels: Floats, scores: Floats) -> Floats:
    """1 where the class with the largest chance is the one that happened."""
    return np.asarray(scores.argmax(axis=1) == _places(labels), dtype=np.float64)


accuracy = averaged(hits)


def macro_f1(labels: Floats, scores: Floats, units: Integers) -> Weighted:
    """The mean over classes of F1, over the classes that happened or were named."""
    happened, named = _places(labels), scores.argmax(axis=1)
    width = max(scores.shape[1], int(happened.max()) + 1)
    either = _counts(units, happened, width) + _counts(units, named, width)
    right = named == happened
    both = _counts(units[right], named[right], width, height=int(units.max()) + 1)

    def values(weights: Floats) -> Floats:
        total = weights @ either
        with np.errstate(divide="ignore", invalid="ignore"):
            each = np.where(total > 0, 2 * (weights @ both) / total, np.nan)
        return _mean_of_known(each)

    return values


def roc_auc_ovr(labels: Floats, scores: Floats, units: Integers) -> Weighted:
    """The mean over classes of the area under one class against the rest, where it is defined."""
    places = _places(labels)
    # Classes without a column were given no chance anywhere: half of an area, like a coin.
    never = np.zeros(len(scores))
    areas = [
        ranked(roc_area)(
            (places == place).astype(np.float64),
            scores[:, place] if place < scores.shape[1] else never,
            units,
        )
        for place in np.unique(places)
    ]
    return lambda weights: _mean_of_known(np.column_stack([area(weights) for area in areas]))


def _places(labels: Floats) -> Integers:
    return labels.astype(np.intp)


def _counts(
    units: Integers, places: Integers, width: int, height: int | None = None
) -> sparse.csr_array:
    """Rows per unit and class; sparse, because every row may be a unit of its own."""
    shape = (height or int(units.max()) + 1, width)
    return sparse.coo_array((np.ones(len(units)), (units, places)), shape=shape).tocsr()


def _mean_of_known(values: Floats) -> Floats:
    """The mean of each row's numbers; NaN where it has none."""
    known = np.isfinite(values)
    with np.errstate(invalid="ignore"):
        return np.asarray(np.where(known, values, 0.0).sum(axis=1) / known.sum(axis=1))
