"""What one week of answers says: the figures that are compared, and the counts behind them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from ml.development.classes import class_codes, class_texts
from ml.development.inputs import MISSING_TEXT, TEXT, model_inputs
from ml.development.metrics import Floats, measure
from ml.monitoring.calibration import calibration_error, calibration_slope
from ml.monitoring.fingerprint import Fingerprint, fingerprint
from ml.monitoring.terms import (
    CALIBRATION,
    COVERAGE,
    LABEL_RATE,
    MEAN_PREDICTION,
    MISSING,
    PERFORMANCE,
)
from ml.monitoring.windows import Week
from ml.spec_sections import Task

SCORE, LABEL = "score", "label"
VERSION, PACKAGE = "version", "package_digest"
NEED_LABELS = frozenset({LABEL_RATE, PERFORMANCE, CALIBRATION})
"""Signals that say nothing, or something wrong, while labels are still on their way."""
PER_CLASS = frozenset({MEAN_PREDICTION, LABEL_RATE})
"""Signals that have a figure for each class of a multi-class model."""

Key = tuple[str, str]
"""Signal, and the feature, class or figure it is about; empty where there is only one."""


@dataclass(frozen=True, kw_only=True)
class Subject:
    """What has to be known of a model to read its answers."""

    task: Task
    metric: str
    """The spec's primary metric."""
    columns: Mapping[str, str]
    """Features and their kinds."""
    output: str
    """The answer's name in the package's fingerprint; for multiclass the likeliest class's."""
    classes: tuple[str, ...] = ()
    """For multiclass: what the columns of the scores stand for."""


@dataclass(frozen=True, kw_only=True)
class WeekSummary:
    """One week; everything later steps need, so that a year of rows is never held at once."""

    week: Week
    rows: int
    labelled: int
    versions: str
    """Every version that answered, the one with most answers first."""
    package: str
    """Digest of the package that gave most of the answers."""
    values: Mapping[Key, float]
    counts: Fingerprint
    """Distributions of features and answers."""

    @property
    def coverage(self) -> float:
        """Share of the rows whose label is known."""
        return self.labelled / self.rows


def summarise(week: Week, answers: pl.DataFrame, subject: Subject) -> WeekSummary:
    """Measure one week; `answers` has score, label (null while unknown), versions, features.

    For multiclass a score is a list with a chance per class, null where another version with
    other classes answered. A figure that is undefined on these rows (no labels, one outcome only)
    is left out.
    """
    known = [name for name in subject.columns if name in answers.columns]
    inputs = model_inputs(answers, {name: subject.columns[name] for name in known})
    labelled = answers.filter(pl.col(LABEL).is_not_null() & pl.col(SCORE).is_not_null())
    values: dict[Key, float] = {
        **_mean_predictions(answers[SCORE], subject),
        (COVERAGE, ""): len(labelled) / len(answers),
        **_labelled_values(labelled, subject),
        **{(MISSING, name): _missing(inputs[name], subject.columns[name]) for name in known},
    }
    return WeekSummary(
        week=week,
        rows=len(answers),
        labelled=len(labelled),
        versions=",".join(_most_first(answers[VERSION])),
        package=_most_first(answers[PACKAGE])[0],
        values={key: value for key, value in values.items() if math.isfinite(value)},
        counts=fingerprint(
            inputs.with_columns(
                _said(answers[SCORE], subject).alias(answer_column(subject.output))
            )
        ),
    )


def answer_column(output: str) -> str:
    """How the answers are called among the features: as the predictions table calls them."""
    return f"output_{output}"


def _labelled_values(labelled: pl.DataFrame, subject: Subject) -> dict[Key, float]:
    if labelled.is_empty():
        return {}
    if subject.classes:
        return _class_values(labelled, subject)
    labels, scores = labelled[LABEL].to_numpy(), labelled[SCORE].to_numpy()
    return {
        (LABEL_RATE, ""): float(labels.mean()),
        (PERFORMANCE, subject.metric): measure(subject.metric, labels, scores),
        (CALIBRATION, "error"): calibration_error(subject.task, labels, scores),
        (CALIBRATION, "slope"): calibration_slope(subject.task, labels, scores),
    }


def _class_values(labelled: pl.DataFrame, subject: Subject) -> dict[Key, float]:
    """The rate of every class; calibration is that of the likeliest class."""
    texts = class_texts(labelled[LABEL])
    labels = class_codes(texts, subject.classes).astype(np.float64)
    scores = _matrix(labelled[SCORE], subject)
    came = (scores.argmax(axis=1) == labels).astype(np.float64)
    return {
        **{(LABEL_RATE, name): _mean(texts == name) for name in subject.classes},
        (PERFORMANCE, subject.metric): measure(subject.metric, labels, scores),
        (CALIBRATION, "error"): calibration_error("classification", came, scores.max(axis=1)),
        (CALIBRATION, "slope"): calibration_slope("classification", came, scores.max(axis=1)),
    }


def _mean_predictions(scores: pl.Series, subject: Subject) -> dict[Key, float]:
    if not subject.classes:
        return {(MEAN_PREDICTION, ""): _mean(scores)}
    known = scores.drop_nulls()
    if known.is_empty():
        return {}
    means = _matrix(known, subject).mean(axis=0)
    return {
        (MEAN_PREDICTION, name): float(mean)
        for name, mean in zip(subject.classes, means, strict=True)
    }


def _said(scores: pl.Series, subject: Subject) -> pl.Series:
    """The answers as they are counted: numbers, or the likeliest class."""
    if not subject.classes:
        return scores
    names = dict(enumerate(subject.classes))
    return (
        scores.cast(pl.List(pl.Float64))
        .list.arg_max()
        .replace_strict(names, return_dtype=pl.String)
    )


def _matrix(scores: pl.Series, subject: Subject) -> Floats:
    return scores.cast(pl.Array(pl.Float64, len(subject.classes))).to_numpy()


def _most_first(texts: pl.Series) -> list[str]:
    counted = texts.fill_null("").value_counts()
    return counted.sort(["count", texts.name], descending=[True, False])[texts.name].to_list()


def _mean(values: pl.Series) -> float:
    mean = values.mean()
    return float(mean) if isinstance(mean, int | float) else math.nan


def _missing(values: pl.Series, kind: str) -> float:
    absent = values == MISSING_TEXT if kind == TEXT else values.is_nan()
    return float(absent.sum()) / len(values)
