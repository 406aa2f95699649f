"""ONNX, shipped only where it was measured equal: a conversion can succeed and be wrong."""

from __future__ import annotations

import copy
import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import onnxruntime
import polars as pl
from numpy.typing import NDArray

from ml.development.inputs import MISSING_TEXT, TEXT, tensors
from ml.development.metrics import Floats
from ml.development.train import score, whole_chances

TOLERANCE = 1e-5
"""Largest difference of a probability; for values, relative to the values' spread."""
_UNKNOWN = "a text no training row has"


@dataclass(frozen=True, kw_only=True)
class Equality:
    """How far the exported model is from the one that was trained, and on how many rows."""

    rows: int
    largest_difference: float | None
    """None where the export failed or gave numbers that are not finite."""
    changed_labels: int
    equal: bool
    reason: str


def export(pipeline: Any, columns: Mapping[str, str]) -> bytes:
    """Convert a fitted pipeline with one input per feature; raises what skl2onnx raises."""
    # Only packaging converts: a server must not carry the converter in memory.
    from skl2onnx import to_onnx
    from skl2onnx.common.data_types import FloatTensorType, StringTensorType

    types = [
        (name, (StringTensorType if kind == TEXT else FloatTensorType)([None, 1]))
        for name, kind in columns.items()
    ]
    options = {"zipmap": False} if hasattr(pipeline, "predict_proba") else None
    graph = to_onnx(_single_thresholds(pipeline), initial_types=types, options=options)
    return bytes(graph.SerializeToString())


def _single_thresholds(pipeline: Any) -> Any:
    """The same trees with thresholds that lose nothing as float32.

    A threshold lies half way between two values. Between neighbours in float32, the converter
    would round it up to the larger one and send that value the wrong way; rounded down, every
    float32 value goes where it went. On flights this was 0.04 of probability.
    """
    copied = copy.deepcopy(pipeline)
    last = copied.steps[-1][1] if hasattr(copied, "steps") else copied
    for predictor in itertools.chain.from_iterable(getattr(last, "_predictors", ())):
        exact = predictor.nodes["num_threshold"]
        with np.errstate(over="ignore"):
            single = exact.astype(np.float32)
        lower = np.nextafter(single, np.float32(-np.inf))
        predictor.nodes["num_threshold"] = np.where(single > exact, lower, single)
    return copied


def session(content: bytes) -> onnxruntime.InferenceSession:
    """An ONNX Runtime session on one thread: the pod has half a core."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])


def score_onnx(running: onnxruntime.InferenceSession, task: str, inputs: pl.DataFrame) -> Floats:
    """What the exported model says about rows that `model_inputs` prepared."""
    return score_tensors(running, task, tensors(inputs))


def score_tensors(
    running: onnxruntime.InferenceSession, task: str, columns: Mapping[str, NDArray[np.generic]]
) -> Floats:
    """The same for column vectors that need no preparing any more."""
    feed = {value.name: columns[value.name] for value in running.get_inputs()}
    outputs = running.run(None, feed)
    if task == "multiclass":
        return whole_chances(outputs[1])
    if task == "classification":
        return np.asarray(outputs[1][:, 1], dtype=np.float64)
    return np.asarray(outputs[0], dtype=np.float64).reshape(-1)


def hard_rows(inputs: pl.DataFrame, columns: Mapping[str, str]) -> pl.DataFrame:
    """Rows that training never showed: each column unknown or missing alone, then all at once."""
    first = inputs.head(1)
    unusual = {
        name: [pl.lit(value).cast(inputs.schema[name]).alias(name) for value in values]
        for name, values in (
            (name, (_UNKNOWN, MISSING_TEXT) if kind == TEXT else (float("nan"),))
            for name, kind in columns.items()
        )
    }
    rows = [first.with_columns(value) for values in unusual.values() for value in values]
    rows.append(first.with_columns([values[0] for values in unusual.values()]))
    rows.append(first.with_columns([values[-1] for values in unusual.values()]))
    return pl.concat([inputs, *rows])


def measure_equality(pipeline: Any, task: str, content: bytes, inputs: pl.DataFrame) -> Equality:
    """Compare the exported model with the original on every row given."""
    expected = score(pipeline, task, inputs)
    found = score_onnx(session(content), task, inputs)
    scale = max(1.0, float(np.std(expected))) if task == "regression" else 1.0
    difference = np.abs(expected - found) / scale
    finite = bool(np.isfinite(difference).all())
    largest = float(difference.max()) if finite else None
    changed = int((_labels(task, expected) != _labels(task, found)).sum())
    equal = largest is not None and largest <= TOLERANCE and changed == 0
    reason = (
        f"largest difference {largest:.1e} on {len(inputs)} rows, {changed} labels changed"
        if largest is not None
        else f"answers that are no numbers on {len(inputs)} rows"
    )
    return Equality(
        rows=len(inputs),
        largest_difference=largest,
        changed_labels=changed,
        equal=equal,
        reason=reason,
    )


def _labels(task: str, scores: Floats) -> NDArray[np.generic]:
    """What somebody who wants a label and no number would read from the scores."""
    if task == "multiclass":
        return np.asarray(scores.argmax(axis=1))
    return np.asarray(scores >= 0.5) if task == "classification" else np.zeros(len(scores))


def export_if_equal(
    pipeline: Any, task: str, columns: Mapping[str, str], inputs: pl.DataFrame
) -> tuple[bytes | None, Equality]:
    """The ONNX bytes, or none with the reason when they would answer differently."""
    try:
        content = export(pipeline, columns)
        measured = measure_equality(pipeline, task, content, hard_rows(inputs, columns))
    except Exception as error:  # a converter or runtime that fails only costs the faster format
        return None, Equality(
            rows=0,
            largest_difference=None,
            changed_labels=0,
            equal=False,
            reason=f"export failed: {type(error).__name__}: {str(error).splitlines()[0][:200]}",
        )
    return (content if measured.equal else None), measured
