"""Paired bootstrap over whole days: rows of one day are not independent, days nearly are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ml.development.metrics import Floats, Integers, measure, metric

_BATCH = 250
"""Resamples at once: bounds memory when every row is its own unit."""


@dataclass(frozen=True, kw_only=True)
class Interval:
    """A difference and where it lies with 95 % confidence; positive means the candidate wins."""

    metric: str
    candidate: float
    reference: float
    gain: float
    low: float
    high: float
    resamples: int
    """Resamples in which the metric was defined."""
    units: int
    """Days (or groups, or rows, when the data has no time) that were drawn with replacement."""


def units_of(values: Sequence[object] | Integers) -> Integers:
    """Numbers 0…n-1 for the distinct values, in sorted order: what is resampled together."""
    _, index = np.unique(np.asarray(values), return_inverse=True)
    return np.asarray(index, dtype=np.intp).reshape(-1)


def compare(
    name: str,
    labels: Floats,
    candidate: Floats,
    reference: Floats,
    units: Integers,
    *,
    resamples: int,
    seed: int,
    confidence: float = 0.95,
) -> Interval:
    """Compare two models on the same rows; the same days are drawn for both."""
    chosen = metric(name)
    first = chosen.prepare(labels, candidate, units)
    second = chosen.prepare(labels, reference, units)
    generator = np.random.default_rng(seed)
    count = int(units.max()) + 1
    differences = []
    for start in range(0, resamples, _BATCH):
        drawn = generator.multinomial(
            count, np.full(count, 1 / count), size=min(_BATCH, resamples - start)
        ).astype(np.float64)
        differences.append(chosen.gain(first(drawn), second(drawn)))
    gains = np.concatenate(differences)
    gains = gains[np.isfinite(gains)]
    low, high = _quantiles(gains, confidence)
    candidate_value = measure(name, labels, candidate)
    reference_value = measure(name, labels, reference)
    gain = chosen.gain(np.asarray(candidate_value), np.asarray(reference_value))
    return Interval(
        metric=name,
        candidate=candidate_value,
        reference=reference_value,
        gain=float(gain),
        low=low,
        high=high,
        resamples=len(gains),
        units=count,
    )


def _quantiles(gains: Floats, confidence: float) -> tuple[float, float]:
    if len(gains) == 0:
        return float("nan"), float("nan")
    tail = (1 - confidence) / 2
    low, high = np.quantile(gains, [tail, 1 - tail])
    return float(low), float(high)
