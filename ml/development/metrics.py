"""The measures a model is judged by, each computed for many resamples of the data at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ml.development import class_metrics
from ml.development.class_metrics import SMALLEST_PROBABILITY
from ml.development.resampled import (
    Floats,
    Integers,
    Prepare,
    Weighted,
    averaged,
    precision_area,
    ranked,
    roc_area,
)
from ml.failures import StepError
from ml.spec_operations import METRICS_OF
from ml.spec_sections import Task

__all__ = [
    "METRICS",
    "Floats",
    "Integers",
    "Metric",
    "MetricError",
    "measure",
    "metric",
    "metrics_of",
]


class MetricError(StepError):
    """A metric was asked for that does not exist, or of rows it cannot be computed on."""


@dataclass(frozen=True, kw_only=True)
class Metric:
    """One measure, and which direction is better."""

    name: str
    higher_is_better: bool
    prepare: Prepare

    def gain(self, candidate: Floats, reference: Floats) -> Floats:
        """How much better the candidate is: positive is better whatever the direction."""
        return candidate - reference if self.higher_is_better else reference - candidate


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
    if scores.ndim > 1:
        return class_metrics.surprise(labels, scores)
    chance = np.clip(scores, SMALLEST_PROBABILITY, 1 - SMALLEST_PROBABILITY)
    return np.asarray(-(labels * np.log(chance) + (1 - labels) * np.log1p(-chance)))


def _squared(labels: Floats, scores: Floats) -> Floats:
    return np.asarray((labels - scores) ** 2)


def _absolute(labels: Floats, scores: Floats) -> Floats:
    return np.asarray(np.abs(labels - scores))


_HIGHER: dict[str, Prepare] = {
    "roc_auc": ranked(roc_area),
    "average_precision": ranked(precision_area),
    "accuracy": class_metrics.accuracy,
    "macro_f1": class_metrics.macro_f1,
    "roc_auc_ovr": class_metrics.roc_auc_ovr,
    "r2": _determination,
}
_LOWER: dict[str, Prepare] = {
    "log_loss": averaged(_surprise),
    "brier": averaged(_squared),
    "rmse": averaged(_squared, np.sqrt),
    "mae": averaged(_absolute),
}
METRICS: dict[str, Metric] = {
    name: Metric(name=name, higher_is_better=higher, prepare=prepare)
    for higher, measures in ((True, _HIGHER), (False, _LOWER))
    for name, prepare in measures.items()
}


def metric(name: str) -> Metric:
    """The metric of that name; the error lists the ones there are."""
    if name not in METRICS:
        raise MetricError(f"there is no metric {name!r}; known: {', '.join(METRICS)}")
    return METRICS[name]


def metrics_of(task: Task) -> list[Metric]:
    """The metrics by which a model of that task can be judged, in a fixed order."""
    return [METRICS[name] for name in METRICS_OF[task]]


def measure(name: str, labels: Floats, scores: Floats) -> float:
    """The metric over all rows; NaN where it is undefined (no rows, or one class only)."""
    if len(labels) == 0:
        return float("nan")
    together = np.zeros(len(labels), dtype=np.intp)
    return float(metric(name).prepare(labels, scores, together)(np.ones((1, 1)))[0])
