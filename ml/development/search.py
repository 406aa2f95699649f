"""Tries the estimator's parameters on the training rows only, so that the holdout stays unseen."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import polars as pl

from ml.development.metrics import measure, metric
from ml.development.scored import CANDIDATE, figure, scored_rows
from ml.development.split import Split, split_by_day, split_by_entity
from ml.development.train import Build, labelled_rows, train
from ml.spec import ModelSpec


@dataclass(frozen=True, kw_only=True)
class Trial:
    """One combination and how it did on the inner holdout."""

    parameters: dict[str, Any]
    value: float

    def as_json(self) -> dict[str, Any]:
        """The trial as training.json keeps it."""
        return {"parameters": self.parameters, "value": figure(self.value)}


def search(frame: pl.DataFrame, build: Build, spec: ModelSpec) -> tuple[Trial, ...]:
    """Every combination of estimator.search, the best by the primary metric first."""
    chosen = metric(spec.gates.primary.metric)
    inner = _inner(frame, spec)
    judged = labelled_rows(inner.holdout, "label")
    names = list(spec.estimator.search)
    trials = []
    for values in itertools.product(*spec.estimator.search.values()):
        parameters = {**spec.estimator.parameters, **dict(zip(names, values, strict=True))}
        model = train(
            inner.training,
            build,
            columns=spec.features.columns,
            label="label",
            task=spec.estimator.task,
            seed=spec.estimator.seed,
            parameters=parameters,
        )
        scored = scored_rows(
            judged,
            task=model.task,
            label="label",
            day=None,
            slices=(),
            scores={CANDIDATE: model.score(judged)},
            classes=model.classes,
        )
        value = measure(chosen.name, scored.labels, scored.scores(CANDIDATE))
        trials.append(Trial(parameters=parameters, value=value))
    return tuple(sorted(trials, key=lambda t: t.value, reverse=chosen.higher_is_better))


def _inner(frame: pl.DataFrame, spec: ModelSpec) -> Split:
    """A holdout inside the training rows, cut like the real one: later days, or other entities."""
    if spec.data.day is None:
        # Another seed than the outer split's and the sample's: with one of these the rows that
        # are left all lie at one end of the hash, and this holdout would be cut from it.
        fraction = spec.gates.holdout_fraction or 0.25
        return split_by_entity(frame, spec, fraction=fraction, seed=spec.estimator.seed + 2)
    first, last = frame["day"].min(), frame["day"].max()
    days = max(1, (last - first).days // 4)  # type: ignore[operator, union-attr]
    end = last + timedelta(days=1)  # type: ignore[operator]
    return split_by_day(frame, day="day", holdout_days=days, end=end)  # type: ignore[arg-type]
