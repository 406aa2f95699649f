"""Whether a model's figures can be taken at their word: how far off, and how over-confident."""

from __future__ import annotations

import math

import numpy as np
import polars as pl
from scipy import optimize, special

from ml.development import evaluate
from ml.development.metrics import Floats
from ml.development.scored import CANDIDATE, scored_rows
from ml.spec_sections import Task

_EDGE = 1e-6
"""Probabilities of exactly 0 or 1 have no odds."""


def calibration_error(task: Task, labels: Floats, scores: Floats) -> float:
    """Mean distance of prediction and outcome in tenths of the rows, as the gate measures it.

    Of a multi-class model give the likeliest class as a `classification`: whether it came, and
    how likely it was said to be.
    """
    frame = pl.DataFrame({"label": labels})
    scored = scored_rows(
        frame, task=task, label="label", day=None, slices=(), scores={CANDIDATE: scores}
    )
    error = evaluate.calibration(scored)["error"]
    return math.nan if error is None else float(error)


def calibration_slope(task: str, labels: Floats, scores: Floats) -> float:
    """How outcomes grow with predictions: 1 is right, less is over-confident, more is too timid.

    Of the log-odds for probabilities, of the values themselves for quantities; NaN where the
    rows cannot tell (one outcome only, or one prediction only).
    """
    if task == "classification":
        inside = np.clip(scores, _EDGE, 1 - _EDGE)
        scores = np.log(inside / (1 - inside))
    if len(labels) < 3 or np.ptp(labels) == 0 or np.ptp(scores) == 0:
        return math.nan
    if task != "classification":
        return float(np.polyfit(scores, labels, 1)[0])
    return _logistic_slope(labels, scores)


def _logistic_slope(labels: Floats, odds: Floats) -> float:
    """Of a logistic regression without penalty, here without scikit-learn: a job that looks at
    one week would load it for longer than it works."""

    def loss(line: Floats) -> tuple[float, Floats]:
        said = line[0] + line[1] * odds
        wrong = special.expit(said) - labels
        mean = np.mean(np.logaddexp(0, said) - labels * said)
        return float(mean), np.array([wrong.mean(), np.mean(wrong * odds)])

    return float(optimize.minimize(loss, np.array([0.0, 1.0]), jac=True, method="BFGS").x[1])
