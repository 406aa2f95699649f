"""Measures a model on held-out rows: overall, by month, by slice, and whether it is calibrated."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from ml.development.classes import unseen
from ml.development.metrics import measure
from ml.development.scored import BASELINE, CANDIDATE, Scored, figure

_BINS = 10
"""Calibration is told in tenths of the rows, so that every line rests on equally many."""


def evaluate(scored: Scored, *, slices: list[str]) -> dict[str, Any]:
    """All figures of one evaluation, ready for JSON; unlabelled rows count for coverage only."""
    labelled = scored.labelled
    return {
        "task": scored.task,
        "rows": len(scored.frame),
        "labelled_rows": len(labelled.frame),
        "labelled_days": int(labelled.frame["day"].n_unique()) if scored.dated else None,
        "first_day": _day(scored, "min"),
        "last_day": _day(scored, "max"),
        "metrics": {name: _measures(labelled, name) for name in scored.models},
        "months": [{"month": name, **_part(part)} for name, part in scored.months()],
        "slices": {
            column: [{"value": name, **_part(part)} for name, part in scored.groups(column)]
            for column in slices
        },
        "calibration": calibration(labelled),
        **({"classes": by_class(scored)} if scored.classes else {}),
    }


def calibration(scored: Scored) -> dict[str, Any]:
    """Mean prediction against mean outcome in tenths of the rows, and their mean distance.

    Of a multi-class model the likeliest class is asked: how likely it was said to be, and how
    often it came.
    """
    labels, scores = scored.occurred(CANDIDATE), scored.expected(CANDIDATE)
    order = np.argsort(scores, kind="stable")
    parts = [part for part in np.array_split(order, _BINS) if len(part)]
    gaps = [abs(scores[part].mean() - labels[part].mean()) * len(part) for part in parts]
    return {
        "error": figure(sum(gaps) / len(labels)) if len(labels) else None,
        "bins": [
            {
                "rows": len(part),
                "mean_prediction": figure(scores[part].mean()),
                "mean_outcome": figure(labels[part].mean()),
            }
            for part in parts
        ],
    }


def by_class(scored: Scored) -> list[dict[str, Any]]:
    """How often each class came, was expected and was told right; also those nobody learned."""
    labelled = scored.labelled
    happened, scores = labelled.labels, labelled.scores(CANDIDATE)
    said = scores.argmax(axis=1)
    expected = scored.scores(CANDIDATE).sum(axis=0)
    names = [*scored.classes, *unseen(labelled.frame["label"], scored.classes)]
    return [
        {
            "class": name,
            "learned": place < len(scored.classes),
            "rows": int((happened == place).sum()),
            "share": figure(_mean(happened == place)),
            "mean_prediction": figure(expected[place] / max(len(scored.frame), 1))
            if place < len(scored.classes)
            else 0.0,
            "recall": figure(_mean((said == place)[happened == place])),
            "precision": figure(_mean((happened == place)[said == place])),
        }
        for place, name in enumerate(names)
    ]


def true_positive_rates(
    scored: Scored, column: str, threshold: float, *, minimum: int = 1
) -> dict[str, float]:
    """Share of the positive cases in each group that the candidate ranks above a threshold.

    Groups with fewer positive cases than `minimum` are left out.
    """
    rates = {}
    for name, part in scored.labelled.groups(column):
        positive = part.labels == 1
        if positive.sum() >= minimum:
            rates[name] = float((part.scores(CANDIDATE)[positive] >= threshold).mean())
    return rates


def _part(part: Scored) -> dict[str, Any]:
    labelled = part.labelled
    return {
        "rows": len(part.frame),
        "labelled_rows": len(labelled.frame),
        "mean_outcome": figure(_mean(labelled.occurred(CANDIDATE))),
        "mean_prediction": figure(_mean(part.expected(CANDIDATE))),
        CANDIDATE: _measures(labelled, CANDIDATE),
        BASELINE: _measures(labelled, BASELINE),
    }


def _measures(scored: Scored, model: str) -> dict[str, float | None]:
    return {
        metric.name: figure(measure(metric.name, scored.labels, scored.scores(model)))
        for metric in scored.metrics
    }


def _mean(values: NDArray[Any]) -> float:
    return float(values.mean()) if len(values) else float("nan")


def _day(scored: Scored, which: str) -> str | None:
    if not scored.dated or scored.frame.is_empty():
        return None
    return str(scored.frame.select(getattr(pl.col("day"), which)()).item())
