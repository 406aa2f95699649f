"""A verified package as something that answers: ONNX where it was measured equal, else skops."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import polars as pl

from ml.deployment.exchange import score_onnx, score_tensors, session
from ml.deployment.package import Package, PackageError
from ml.deployment.server.predictor import Column, Field
from ml.development.inputs import MISSING_TEXT, NUMBER, OUTPUTS, TEXT, model_inputs
from ml.development.metrics import Floats
from ml.development.train import score

INPUTS = "inputs.json"
MODEL, EXCHANGE = "model.skops", "model.onnx"
JUDGED = "judged.skops"
"""The candidate that the gate judged, where another fit of it is served."""
LABEL, PROBABILITIES = OUTPUTS["multiclass"], "probabilities"
"""What a multi-class model answers: the likeliest class, and the chance of each."""
_KINDS = {"FP32": NUMBER, "BYTES": TEXT}


@dataclass(frozen=True, kw_only=True)
class PackagedPredictor:
    """Answers from one package; the same rows get the same answers in either format."""

    inputs: tuple[Field, ...]
    outputs: tuple[Field, ...]
    task: str
    pipeline: Any = None
    running: Any = None
    """The ONNX Runtime session, where the package carries one."""
    classes: tuple[str, ...] = ()
    """For multiclass: what the columns of the probabilities stand for."""

    @property
    def columns(self) -> dict[str, str]:
        """Feature name to kind, in the model's order."""
        return {field.name: _KINDS[field.datatype] for field in self.inputs}

    def predict(self, columns: Mapping[str, Column]) -> dict[str, Column]:
        """Answer every row; a missing number is NaN, a missing text None."""
        if self.running is not None:
            # Without the detour over a table: it costs forty times what the model does.
            feed = {field.name: _vector(field, columns[field.name]) for field in self.inputs}
            return self._answers(score_tensors(self.running, self.task, feed))
        frame = pl.DataFrame(
            {
                field.name: pl.Series(
                    columns[field.name].tolist()
                    if field.datatype == "BYTES"
                    else columns[field.name],
                    dtype=pl.String if field.datatype == "BYTES" else pl.Float32,
                )
                for field in self.inputs
            }
        )
        return self._answers(self.score(frame))

    def score(self, frame: pl.DataFrame) -> Floats:
        """The probability or value for each row of a table that has the model's columns.

        For multiclass a column per class.
        """
        rows = model_inputs(frame, self.columns)
        if self.running is not None:
            return score_onnx(self.running, self.task, rows)
        return np.asarray(score(self.pipeline, self.task, rows))

    def _answers(self, scores: Floats) -> dict[str, Column]:
        if not self.classes:
            return {self.outputs[0].name: scores}
        likeliest = np.asarray(self.classes, dtype=object)[scores.argmax(axis=1)]
        return {LABEL: likeliest, PROBABILITIES: scores}


def _vector(field: Field, column: Column) -> Column:
    """One column as `model_inputs` and `tensors` would make it."""
    if field.datatype == "BYTES":
        column = np.array([MISSING_TEXT if v is None else v for v in column], dtype=object)
    return column.reshape(-1, 1)


def describe_inputs(
    columns: Mapping[str, str],
    task: str,
    *,
    not_nullable: Collection[str] = (),
    classes: Sequence[str] = (),
) -> dict[str, Any]:
    """What inputs.json holds: the protocol's names and datatypes, and what may be missing."""
    datatypes = {kind: datatype for datatype, kind in _KINDS.items()}
    if task == "multiclass":
        outputs: list[dict[str, Any]] = [
            {"name": LABEL, "datatype": "BYTES"},
            {"name": PROBABILITIES, "datatype": "FP64", "width": len(classes)},
        ]
    else:
        outputs = [{"name": OUTPUTS[task], "datatype": "FP64"}]
    return {
        "inputs": [
            {"name": name, "datatype": datatypes[kind], "nullable": name not in not_nullable}
            for name, kind in columns.items()
        ],
        "outputs": outputs,
        "task": task,
        **({"classes": list(classes)} if task == "multiclass" else {}),
    }


def load_judged(package: Package, classes: Sequence[str]) -> PackagedPredictor:
    """The candidate that the gate judged, from a package that serves it refitted."""
    from ml.deployment.formats import load_model

    pipeline = load_model(package.read(JUDGED))
    return replace(_described(package), classes=tuple(classes), pipeline=pipeline)


def load_predictor(package: Package) -> PackagedPredictor:
    """Make a verified package answer; only now are model bytes parsed."""
    described = _described(package)
    if package.has(EXCHANGE):
        return replace(described, running=_graph(package.read(EXCHANGE)))
    # A server of an ONNX package never loads scikit-learn: a second and 100 MB saved.
    from ml.deployment.formats import load_model

    return replace(described, pipeline=load_model(package.read(MODEL)))


def _graph(content: bytes) -> Any:
    try:
        return session(content)
    except Exception as error:  # the runtime's own classes, which have no other in common
        told = str(error).partition("\n")[0]
        raise PackageError(f"{EXCHANGE}: not a graph that can be run: {told}") from None


def _described(package: Package) -> PackagedPredictor:
    try:
        content = json.loads(package.read(INPUTS))
        inputs = tuple(Field(**field) for field in content["inputs"])
        outputs = tuple(Field(**field) for field in content["outputs"])
        task, classes = str(content["task"]), tuple(map(str, content.get("classes", ())))
    except (KeyError, TypeError, ValueError) as error:
        raise PackageError(f"{INPUTS}: {error}") from None
    if (task == "multiclass") != bool(classes):
        raise PackageError(f"{INPUTS}: task {task} with {len(classes)} classes")
    return PackagedPredictor(inputs=inputs, outputs=outputs, task=task, classes=classes)
