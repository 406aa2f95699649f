"""Held-out rows with their outcome and what each model said: all that judging needs."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import polars as pl

from ml.development.bootstrap import units_of
from ml.development.metrics import METRICS, Floats, Integers, Metric

CANDIDATE, BASELINE, CHAMPION = "candidate", "baseline", "champion"
_LABEL, _DAY = "label", "day"
_SCORE, _GROUP = "score_", "group_"

Figure = float | None
"""A measured number; none where it is undefined, because JSON has no NaN."""


@dataclass(frozen=True, kw_only=True)
class Scored:
    """One row per held-out case; a table, so that the steps can hand it on as a file."""

    frame: pl.DataFrame
    task: Literal["classification", "regression"]

    @property
    def labelled(self) -> Scored:
        """Only the rows whose outcome is known."""
        return Scored(frame=self.frame.filter(pl.col(_LABEL).is_not_null()), task=self.task)

    @property
    def labels(self) -> Floats:
        """The outcomes of labelled rows."""
        return self.frame[_LABEL].cast(pl.Float64).to_numpy()

    @property
    def dated(self) -> bool:
        """Whether rows lie in time; if not, each row stands for itself."""
        return _DAY in self.frame.columns

    @property
    def units(self) -> Integers:
        """What is resampled together: whole days, or single rows where there are no days."""
        if self.dated:
            return units_of(self.frame[_DAY].to_numpy())
        return np.arange(len(self.frame), dtype=np.intp)

    @property
    def models(self) -> list[str]:
        """The models whose scores are here."""
        return [c.removeprefix(_SCORE) for c in self.frame.columns if c.startswith(_SCORE)]

    @property
    def metrics(self) -> list[Metric]:
        """The measures that fit the task."""
        return [metric for metric in METRICS.values() if metric.problem == self.task]

    def scores(self, model: str) -> Floats:
        """What that model said."""
        return self.frame[_SCORE + model].to_numpy()

    def with_scores(self, model: str, scores: Floats) -> Scored:
        """The same rows with one more model's answers."""
        column = pl.Series(_SCORE + model, scores, dtype=pl.Float64)
        return Scored(frame=self.frame.with_columns(column), task=self.task)

    def groups(self, column: str) -> list[tuple[str, Scored]]:
        """The rows per value of a slicing column, in the order of the values."""
        name = _GROUP + column
        parts = self.frame.partition_by(name, as_dict=True)
        return [
            (str(key[0]), Scored(frame=part, task=self.task))
            for key, part in sorted(parts.items(), key=lambda item: str(item[0][0]))
        ]

    def months(self) -> list[tuple[str, Scored]]:
        """The rows per calendar month; empty where rows have no day."""
        if not self.dated:
            return []
        parts = self.frame.with_columns(pl.col(_DAY).dt.strftime("%Y-%m").alias("month"))
        return [
            (str(key[0]), Scored(frame=part.drop("month"), task=self.task))
            for key, part in sorted(parts.partition_by("month", as_dict=True).items())
        ]


def scored_rows(
    frame: pl.DataFrame,
    *,
    task: Literal["classification", "regression"],
    label: str,
    day: str | None,
    slices: Sequence[str],
    scores: Mapping[str, Floats],
) -> Scored:
    """Put outcomes, days, slices and every model's answers side by side."""
    columns = [frame[label].cast(pl.Float64).alias(_LABEL)]
    if day is not None:
        columns.append(frame[day].cast(pl.Date).alias(_DAY))
    columns += [frame[name].cast(pl.String).alias(_GROUP + name) for name in dict.fromkeys(slices)]
    columns += [pl.Series(_SCORE + name, values) for name, values in scores.items()]
    return Scored(frame=pl.DataFrame(columns), task=task)


def figure(value: float) -> Figure:
    """A number fit for a report: rounded to a millionth, none when undefined."""
    return round(float(value), 6) if math.isfinite(value) else None
