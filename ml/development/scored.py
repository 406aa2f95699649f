"""Held-out rows with their outcome and what each model said: all that judging needs."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from ml.development.bootstrap import units_of
from ml.development.classes import class_codes, class_texts
from ml.development.metrics import Floats, Integers, Metric, metrics_of
from ml.development.split import GROUP
from ml.spec_sections import Task

CANDIDATE, BASELINE, CHAMPION = "candidate", "baseline", "champion"
_LABEL, _DAY = "label", "day"
_SCORE, _GROUP = "score_", "group_"
_UNITS = {_DAY: "days", GROUP: "groups"}

Figure = float | None
"""A measured number; none where it is undefined, because JSON has no NaN."""


@dataclass(frozen=True, kw_only=True)
class Scored:
    """One row per held-out case; a table, so that the steps can hand it on as a file."""

    frame: pl.DataFrame
    task: Task
    classes: tuple[str, ...] = ()
    """For multiclass: what the columns of the scores stand for; labels are texts then."""

    @property
    def labelled(self) -> Scored:
        """Only the rows whose outcome is known."""
        return replace(self, frame=self.frame.filter(pl.col(_LABEL).is_not_null()))

    @property
    def labels(self) -> Floats:
        """The outcomes of labelled rows; for multiclass the places of their classes."""
        if self.task == "multiclass":
            return class_codes(self.frame[_LABEL], self.classes).astype(np.float64)
        return self.frame[_LABEL].cast(pl.Float64).to_numpy()

    @property
    def dated(self) -> bool:
        """Whether rows lie in time; if not, each row stands for itself."""
        return _DAY in self.frame.columns

    @property
    def units(self) -> Integers:
        """What is resampled together: whole days or groups; single rows where there are none."""
        for name in _UNITS:
            if name in self.frame.columns:
                return units_of(self.frame[name].to_numpy())
        return np.arange(len(self.frame), dtype=np.intp)

    @property
    def unit(self) -> str:
        """What `units` are, in a word."""
        return next((word for name, word in _UNITS.items() if name in self.frame.columns), "rows")

    @property
    def models(self) -> list[str]:
        """The models whose scores are here."""
        return [c.removeprefix(_SCORE) for c in self.frame.columns if c.startswith(_SCORE)]

    @property
    def metrics(self) -> list[Metric]:
        """The measures that fit the task."""
        return metrics_of(self.task)

    def scores(self, model: str) -> Floats:
        """What that model said; for multiclass a column per class."""
        return self.frame[_SCORE + model].to_numpy()

    def expected(self, model: str) -> Floats:
        """The scores as one number a row; for multiclass the chance of the likeliest class."""
        scores = self.scores(model)
        if self.task != "multiclass":
            return scores
        likeliest: Floats = scores.max(axis=1)
        return likeliest

    def occurred(self, model: str) -> Floats:
        """What `expected` is expected of: the outcome; for multiclass whether that class came."""
        if self.task == "multiclass":
            came: Floats = (self.scores(model).argmax(axis=1) == self.labels).astype(np.float64)
            return came
        return self.labels

    def with_scores(self, model: str, scores: Floats, classes: Sequence[str] = ()) -> Scored:
        """The same rows with one more model's answers.

        Classes that only one of the models knows are columns of both: the other gave them no
        chance.
        """
        known = (*self.classes, *(name for name in classes if name not in self.classes))
        columns = [
            _column(name, _aligned(self.scores(name), self.classes, known)) for name in self.models
        ]
        columns.append(_column(model, _aligned(scores, classes, known)))
        return replace(self, frame=self.frame.with_columns(columns), classes=known)

    def groups(self, column: str) -> list[tuple[str, Scored]]:
        """The rows per value of a slicing column, in the order of the values."""
        name = _GROUP + column
        parts = self.frame.partition_by(name, as_dict=True)
        return [
            (str(key[0]), replace(self, frame=part))
            for key, part in sorted(parts.items(), key=lambda item: str(item[0][0]))
        ]

    def months(self) -> list[tuple[str, Scored]]:
        """The rows per calendar month; empty where rows have no day."""
        if not self.dated:
            return []
        parts = self.frame.with_columns(pl.col(_DAY).dt.strftime("%Y-%m").alias("month"))
        return [
            (str(key[0]), replace(self, frame=part.drop("month")))
            for key, part in sorted(parts.partition_by("month", as_dict=True).items())
        ]


def scored_rows(
    frame: pl.DataFrame,
    *,
    task: Task,
    label: str,
    day: str | None,
    slices: Sequence[str],
    scores: Mapping[str, Floats],
    classes: Sequence[str] = (),
) -> Scored:
    """Put outcomes, days, slices and every model's answers side by side."""
    outcomes = class_texts(frame[label]) if task == "multiclass" else frame[label].cast(pl.Float64)
    columns = [outcomes.alias(_LABEL)]
    if day is not None:
        columns.append(frame[day].cast(pl.Date).alias(_DAY))
    if GROUP in frame.columns:
        columns.append(frame[GROUP])
    columns += [frame[name].cast(pl.String).alias(_GROUP + name) for name in dict.fromkeys(slices)]
    columns += [_column(name, values) for name, values in scores.items()]
    return Scored(frame=pl.DataFrame(columns), task=task, classes=tuple(classes))


def _column(model: str, scores: Floats) -> pl.Series:
    inner = pl.Array(pl.Float64, scores.shape[1]) if scores.ndim > 1 else pl.Float64()
    return pl.Series(_SCORE + model, scores, dtype=inner)


def _aligned(scores: Floats, classes: Sequence[str], known: Sequence[str]) -> Floats:
    if not known:
        return scores
    wide = np.zeros((len(scores), len(known)))
    wide[:, [known.index(name) for name in classes]] = scores
    return wide


def figure(value: float) -> Figure:
    """A number fit for a report: rounded to a millionth, none when undefined."""
    return round(float(value), 6) if math.isfinite(value) else None
