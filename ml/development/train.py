"""Fits a model folder's pipeline: rows and a seed in, a model out, nothing else touched."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import polars as pl

from ml.development.inputs import model_inputs
from ml.development.metrics import Floats
from ml.failures import StepError

Parameters = Mapping[str, int | float | str | bool]
Build = Callable[..., Any]
Task = Literal["classification", "regression"]

_FEWEST_ROWS = 50
"""Below this no interval means anything; a run on an almost empty window is a mistake upstream."""


class TrainError(StepError):
    """The rows cannot teach anything; the text says why."""


@dataclass(frozen=True, kw_only=True)
class TrainedModel:
    """A fitted pipeline and what it takes to repeat the fit."""

    pipeline: Any
    task: Task
    columns: dict[str, str]
    """Feature name to `number` or `text`, in the order the pipeline was fitted with."""
    seed: int
    parameters: dict[str, int | float | str | bool]
    rows: int
    positive_rate: float | None
    """Share of positive labels in training; none for regression."""

    def score(self, frame: pl.DataFrame) -> Floats:
        """The probability of the positive class, or the predicted value, for each row."""
        return score(self.pipeline, self.task, model_inputs(frame, self.columns))


def load_build(folder: Path, function: str) -> Build:
    """The function in a model folder's estimator.py that returns an unfitted pipeline."""
    path = folder / "estimator.py"
    spec = importlib.util.spec_from_file_location(f"models.{folder.name}.estimator", path)
    if spec is None or spec.loader is None or not path.is_file():
        raise TrainError(f"{path}: file is missing")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    build = getattr(module, function, None)
    if not callable(build):
        raise TrainError(f"{path}: no function {function!r} (estimator.function names it)")
    return build  # type: ignore[no-any-return]


def train(
    frame: pl.DataFrame,
    build: Build,
    *,
    columns: Mapping[str, str],
    label: str,
    task: Task,
    seed: int,
    parameters: Parameters,
) -> TrainedModel:
    """Fit on the labelled rows; the same rows, parameters and seed give the same model."""
    labelled = labelled_rows(frame, label)
    target = labelled[label].to_numpy().astype(np.float64)
    _refuse_hopeless(target, task)
    pipeline = build(columns=dict(columns), seed=seed, **parameters)
    if task == "classification":
        target = target.astype(np.int64)
    pipeline.fit(model_inputs(labelled, columns), target)
    return TrainedModel(
        pipeline=pipeline,
        task=task,
        columns=dict(columns),
        seed=seed,
        parameters=dict(parameters),
        rows=len(labelled),
        positive_rate=float(target.mean()) if task == "classification" else None,
    )


def score(pipeline: Any, task: str, inputs: pl.DataFrame) -> Floats:
    """What the pipeline says about rows that `model_inputs` prepared."""
    if task == "classification":
        return np.asarray(pipeline.predict_proba(inputs)[:, 1], dtype=np.float64)
    return np.asarray(pipeline.predict(inputs), dtype=np.float64)


def labelled_rows(frame: pl.DataFrame, label: str) -> pl.DataFrame:
    """Rows whose outcome is known: a cancelled flight is a valid row without a delay."""
    return frame.filter(pl.col(label).is_not_null())


def _refuse_hopeless(target: Floats, task: Task) -> None:
    if len(target) < _FEWEST_ROWS:
        raise TrainError(f"{len(target)} labelled rows; at least {_FEWEST_ROWS} are needed")
    if not np.isfinite(target).all():
        raise TrainError("a label is NaN or infinite; the contract should have refused the row")
    values = np.unique(target)
    if len(values) == 1:
        raise TrainError(f"every label is {values[0]:g}; nothing can be learned")
    if task == "classification" and not np.array_equal(values, [0, 1]):
        raise TrainError(f"labels must be 0 or 1, found {values[:5].tolist()}")
