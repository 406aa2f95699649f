"""The measures a model is judged by, each computed for many resamples of the data at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ml.failures import StepError

Floats = NDArray[np.float64]
Integers = NDArray[np.intp]
Weighted = Callable[[Floats], Floats]
"""From weights (a row per resample, a column per unit) to one value a resample."""

_SMALLEST_PROBABILITY = 1e-15
"""A probability of exactly 0 or 1 that turns out wrong would make the log loss infinite."""


class MetricError(StepError):
    """A metric was asked for that does not exist, or of rows it cannot be computed on."""


@dataclass(frozen=True, kw_only=True)
class Metric:
    """One measure: which problems it fits and which direction is better."""

    name: str
    problem: Literal["classification", "regression"]
    higher_is_better: bool
    prepare: Callable[[Floats, Floats, Integers], Weighted]

    def gain(self, candidate: Floats, reference: Floats) -> Floats:
        """How much better the candidate is: positive is better whatever the direction."""
        return candidate - reference if self.higher_is_better else reference - candidate


def _ranked(area: Callable[[Floats, Floats], float]) -> Callable[..., Weighted]:
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


def _roc_area(positives: Floats, totals: Floats) -> float:
    negatives = totals - positives
    if positives[-1] == 0 or negatives[-1] == 0:
        return float("nan")
    steps = np.diff(negatives, prepend=0.0)
    heights = positives - np.diff(positives, prepend=0.0) / 2
    return float(steps @ heights / (positives[-1] * negatives[-1]))


def _precision_area(positives: Floats, totals: Floats) -> float:
    if positives[-1] == 0:
        return float("nan")
    precision = np.divide(positives, totals, out=np.zeros_like(positives), where=totals > 0)
    return float(np.diff(positives, prepend=0.0) @ precision / positives[-1])


def _averaged(
    error: Callable[[Floats, Floats], Floats], finish: Callable[[Floats], Floats] = np.asarray
) -> Callable[..., Weighted]:
    """A mean over rows: one sum a unit, so a resample costs a dot product."""

    def prepare(labels: Floats, scores: Floats, units: Integers) -> Weighted:
        sums = np.bincount(units, weights=error(labels, scores))
        counts = np.bincount(units).astype(np.float64)
        return lambda weights: finish((weights @ sums) / (weights @ counts))

    return prepare


def _determination(labels: Floats, scores: Floats, units: Integers) -> Weighted:
    counts = np.bincount(units).astype(np.float64)
    centred = labels - labels.mean()
    residual = np.bincount(units, weights=(labels - scores) ** 2)
    first = np.bincount(units, weights=centred)
    second = np.bincount(units, weights=centred**2)

    def values(weights: Floats) -> Floats:
        total = weights @ second - (weights @ first) ** 2 / (weights @ counts)
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray(1.0 - (weights @ residual) / total)

    return values


def _surprise(labels: Floats, scores: Floats) -> Floats:
    chance = np.clip(scores, _SMALLEST_PROBABILITY, 1 - _SMALLEST_PROBABILITY)
    return np.asarray(-(labels * np.log(chance) + (1 - labels) * np.log1p(-chance)))


def _squared(labels: Floats, scores: Floats) -> Floats:
    return np.asarray((labels - scores) ** 2)


def _absolute(labels: Floats, scores: Floats) -> Floats:
    return np.asarray(np.abs(labels - scores))


def _classification(name: str, prepare: Callable[..., Weighted], *, higher: bool) -> Metric:
    return Metric(name=name, problem="classification", higher_is_better=higher, prepare=prepare)


def _regression(name: str, prepare: Callable[..., Weighted], *, higher: bool) -> Metric:
    return Metric(name=name, problem="regression", higher_is_better=higher, prepare=prepare)


METRICS: dict[str, Metric] = {
    metric.name: metric
    for metric in (
        _classification("roc_auc", _ranked(_roc_area), higher=True),
        _classification("average_precision", _ranked(_precision_area), higher=True),
        _classification("log_loss", _averaged(_surprise), higher=False),
        _classification("brier", _averaged(_squared), higher=False),
        _regression("r2", _determination, higher=True),
        _regression("rmse", _averaged(_squared, np.sqrt), higher=False),
        _regression("mae", _averaged(_absolute), higher=False),
    )
}


def metric(name: str) -> Metric:
    """The metric of that name; the error lists the ones there are."""
    if name not in METRICS:
        raise MetricError(f"there is no metric {name!r}; known: {', '.join(METRICS)}")
    return METRICS[name]


def measure(name: str, labels: Floats, scores: Floats) -> float:
    """The metric over all rows; NaN where it is undefined (no rows, or one class only)."""
    if len(labels) == 0:
        return float("nan")
    together = np.zeros(len(labels), dtype=np.intp)
    return float(metric(name).prepare(labels, scores, together)(np.ones((1, 1)))[0])
