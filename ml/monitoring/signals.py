"""What one week of answers says: the figures that are compared, and the counts behind them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import polars as pl

from ml.development.inputs import MISSING_TEXT, TEXT, model_inputs
from ml.development.metrics import measure
from ml.monitoring.calibration import calibration_error, calibration_slope
from ml.monitoring.fingerprint import Fingerprint, fingerprint
from ml.monitoring.windows import Week

SCORE, LABEL = "score", "label"
VERSION, PACKAGE = "version", "package_digest"
MEAN_PREDICTION, LABEL_RATE, PERFORMANCE = "mean_prediction", "label_rate", "performance"
CALIBRATION, MISSING, COVERAGE = "calibration", "missing", "label_coverage"
ROWS, PSI = "rows", "psi"
NEED_LABELS = frozenset({LABEL_RATE, PERFORMANCE, CALIBRATION})
"""Signals that say nothing, or something wrong, while labels are still on their way."""

Key = tuple[str, str]
"""Signal, and the feature or figure it is about; empty where there is only one."""


@dataclass(frozen=True, kw_only=True)
class Subject:
    """What has to be known of a model to read its answers."""

    task: Literal["classification", "regression"]
    metric: str
    """The spec's primary metric."""
    columns: Mapping[str, str]
    """Features and their kinds."""
    output: str
    """The answer's name in the package's fingerprint."""


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

    A figure that is undefined on these rows (no labels, one outcome only) is left out.
    """
    known = [name for name in subject.columns if name in answers.columns]
    inputs = model_inputs(answers, {name: subject.columns[name] for name in known})
    labelled = answers.filter(pl.col(LABEL).is_not_null() & pl.col(SCORE).is_not_null())
    values: dict[Key, float] = {
        (MEAN_PREDICTION, ""): _mean(answers[SCORE]),
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
            inputs.with_columns(answers[SCORE].alias(answer_column(subject.output)))
        ),
    )


def answer_column(output: str) -> str:
    """How the answers are called among the features: as the predictions table calls them."""
    return f"output_{output}"


def _labelled_values(labelled: pl.DataFrame, subject: Subject) -> dict[Key, float]:
    if labelled.is_empty():
        return {}
    labels, scores = labelled[LABEL].to_numpy(), labelled[SCORE].to_numpy()
    return {
        (LABEL_RATE, ""): float(labels.mean()),
        (PERFORMANCE, subject.metric): measure(subject.metric, labels, scores),
        (CALIBRATION, "error"): calibration_error(subject.task, labels, scores),
        (CALIBRATION, "slope"): calibration_slope(subject.task, labels, scores),
    }


def _most_first(texts: pl.Series) -> list[str]:
    counted = texts.fill_null("").value_counts()
    return counted.sort(["count", texts.name], descending=[True, False])[texts.name].to_list()


def _mean(values: pl.Series) -> float:
    mean = values.mean()
    return float(mean) if isinstance(mean, int | float) else math.nan


def _missing(values: pl.Series, kind: str) -> float:
    absent = values == MISSING_TEXT if kind == TEXT else values.is_nan()
    return float(absent.sum()) / len(values)
