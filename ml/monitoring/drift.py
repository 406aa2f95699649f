"""Comparisons that are context: they move with every season and can never ring."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ml.development.inputs import MISSING_TEXT
from ml.monitoring.divergence import psi
from ml.monitoring.fingerprint import Fingerprint
from ml.monitoring.signals import Key, Subject, WeekSummary, answer_column
from ml.monitoring.terms import CALIBRATION, LABEL_RATE, MEAN_PREDICTION, MISSING, PERFORMANCE, PSI


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """One figure of a week beside the same figure of a baseline."""

    key: Key
    value: float
    reference: float | None


@dataclass(frozen=True, kw_only=True)
class PackageFacts:
    """What a package says about the rows its model was judged on before it was released."""

    fingerprint: Mapping[str, Any]
    """`holdout` (features) and `predictions`."""
    metrics: Mapping[str, Any]
    """The figures of the evaluation."""
    classes: tuple[str, ...] = ()
    """For multiclass: what the columns of its scores stand for."""


def against_validation(
    week: WeekSummary, facts: PackageFacts, subject: Subject
) -> Iterator[Comparison]:
    """Features and answers beside those of the held-out rows."""
    holdout: dict[str, Any] = dict(facts.fingerprint["holdout"]["columns"])
    answers = facts.fingerprint["predictions"]["columns"]
    if subject.output in answers or len(answers) == 1:
        own = answers.get(subject.output) or next(iter(answers.values()))
        holdout[answer_column(subject.output)] = own
    yield from divergences(week, {"columns": holdout})
    for name, column in holdout.items():
        value = week.values.get((MISSING, name))
        if value is not None and column["rows"]:
            yield Comparison(key=(MISSING, name), value=value, reference=_missing_share(column))
    yield from _by_class(week, facts, MEAN_PREDICTION, "mean_prediction")
    answered = holdout.get(answer_column(subject.output))
    value = week.values.get((MEAN_PREDICTION, ""))
    if answered is not None and value is not None and answered["rows"]:
        mean = answered["sum"] / max(answered["rows"] - answered["nulls"] - answered["nans"], 1)
        yield Comparison(key=(MEAN_PREDICTION, ""), value=value, reference=mean)


def against_labelled_test(week: WeekSummary, facts: PackageFacts) -> Iterator[Comparison]:
    """Outcomes, performance and calibration beside those of the held-out rows."""
    candidate = facts.metrics.get("metrics", {}).get("candidate", {})
    calibration = facts.metrics.get("calibration", {})
    bins = calibration.get("bins", [])
    rows = sum(part["rows"] for part in bins)
    yield from _by_class(week, facts, LABEL_RATE, "share")
    for key, value in week.values.items():
        signal, figure = key
        if key == (LABEL_RATE, "") and rows:
            outcomes = sum(part["rows"] * part["mean_outcome"] for part in bins)
            yield Comparison(key=key, value=value, reference=outcomes / rows)
        if signal == PERFORMANCE and candidate.get(figure) is not None:
            yield Comparison(key=key, value=value, reference=candidate[figure])
        if key == (CALIBRATION, "error") and calibration.get("error") is not None:
            yield Comparison(key=key, value=value, reference=calibration["error"])


def _by_class(
    week: WeekSummary, facts: PackageFacts, signal: str, figure: str
) -> Iterator[Comparison]:
    """A signal of a multi-class model, one class at a time; none of other models."""
    for known in facts.metrics.get("classes", ()):
        key = (signal, known["class"])
        if key in week.values and known[figure] is not None:
            yield Comparison(key=key, value=week.values[key], reference=known[figure])


def against_same_season(week: WeekSummary, earlier: WeekSummary) -> Iterator[Comparison]:
    """Everything beside the same week of the year before."""
    yield from divergences(week, earlier.counts)
    for key in week.values.keys() & earlier.values.keys():
        yield Comparison(key=key, value=week.values[key], reference=earlier.values[key])


def divergences(week: WeekSummary, reference: Fingerprint) -> Iterator[Comparison]:
    """Population stability index of every column that both have."""
    for name, column in week.counts["columns"].items():
        other = reference["columns"].get(name)
        if other is not None and other["kind"] == column["kind"] and other["rows"]:
            yield Comparison(key=(PSI, name), value=psi(other, column), reference=0.0)


def _missing_share(column: Mapping[str, Any]) -> float:
    if column["kind"] == "numeric":
        return float(column["nulls"] + column["nans"]) / float(column["rows"])
    absent = column["nulls"] + column["categories"].get(MISSING_TEXT, 0)
    return float(absent) / float(column["rows"])
