"""Whether a model's figures can be taken at their word: how far off, and how over-confident."""

from __future__ import annotations

import math

import numpy as np
import polars as pl
from sklearn.linear_model import LogisticRegression

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
    fitted = LogisticRegression(C=math.inf).fit(scores.reshape(-1, 1), labels)
    return float(fitted.coef_[0, 0])
