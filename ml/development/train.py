"""Fits a model folder's pipeline: rows and a seed in, a model out, nothing else touched."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from ml.development.classes import class_codes, class_texts, learn_classes
from ml.development.inputs import model_inputs
from ml.development.metrics import Floats
from ml.failures import StepError
from ml.spec_sections import Task

Parameters = Mapping[str, int | float | str | bool]
Build = Callable[..., Any]

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
    """Share of positive labels in training; none for other tasks than classification."""
    classes: tuple[str, ...] = ()
    """The labels in training, in the order of the scores' columns; none but for multiclass."""

    def score(self, frame: pl.DataFrame) -> Floats:
        """The probability of the positive class, of each class, or the value, for each row."""
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
    target, classes = _target(labelled[label], task)
    _refuse_hopeless(target, task, classes)
    pipeline = build(columns=dict(columns), seed=seed, **parameters)
    if task != "regression":
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
        classes=classes,
    )


def score(pipeline: Any, task: str, inputs: pl.DataFrame) -> Floats:
    """What the pipeline says about rows that `model_inputs` prepared; a row each, for multiclass
    with a column per class.
    """
    if task == "multiclass":
        return whole_chances(pipeline.predict_proba(inputs))
    if task == "classification":
        return np.asarray(pipeline.predict_proba(inputs)[:, 1], dtype=np.float64)
    return np.asarray(pipeline.predict(inputs), dtype=np.float64)


def whole_chances(told: NDArray[np.floating[Any]]) -> Floats:
    """Chances of classes, which add up to 1 only nearly where a model computes with float32."""
    chances = np.asarray(told, dtype=np.float64)
    with np.errstate(invalid="ignore"):
        return np.asarray(chances / chances.sum(axis=1, keepdims=True))


def labelled_rows(frame: pl.DataFrame, label: str) -> pl.DataFrame:
    """Rows whose outcome is known: a cancelled flight is a valid row without a delay."""
    return frame.filter(pl.col(label).is_not_null())


def last_label_day(frame: pl.DataFrame) -> str | None:
    """The last local day with a known outcome, as an ISO date; none where rows have no day."""
    if "day" not in frame.columns:
        return None
    return str(labelled_rows(frame, "label")["day"].max())


def _target(labels: pl.Series, task: Task) -> tuple[Floats, tuple[str, ...]]:
    """What the pipeline is fitted on; classes are numbered, because ONNX knows no other order."""
    if task != "multiclass":
        return labels.to_numpy().astype(np.float64), ()
    texts = class_texts(labels)
    classes = learn_classes(texts)
    return class_codes(texts, classes).astype(np.float64), classes


def _refuse_hopeless(target: Floats, task: Task, classes: tuple[str, ...]) -> None:
    if len(target) < _FEWEST_ROWS:
        raise TrainError(f"{len(target)} labelled rows; at least {_FEWEST_ROWS} are needed")
    if not np.isfinite(target).all():
        raise TrainError("a label is NaN or infinite; the contract should have refused the row")
    values = np.unique(target)
    if len(values) == 1:
        only = classes[0] if classes else f"{values[0]:g}"
        raise TrainError(f"every label is {only}; nothing can be learned")
    if task == "classification" and not np.array_equal(values, [0, 1]):
        raise TrainError(f"labels must be 0 or 1, found {values[:5].tolist()}")
