"""Writes an inference answer, in JSON or with the binary data extension."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain
from typing import Any

import msgspec
import numpy as np

from ml.deployment.server.predictor import DATATYPES, Column, Field, Release, Values
from ml.deployment.server.request import InferenceRequest


class OutputTensor(msgspec.Struct, omit_defaults=True):
    """One output as V2 writes it."""

    name: str
    datatype: str
    shape: list[int]
    data: Values | None = None
    parameters: dict[str, int] | None = None


class AnswerEnvelope(msgspec.Struct, omit_defaults=True):
    """The JSON part of an answer."""

    model_name: str
    model_version: str
    outputs: list[OutputTensor]
    parameters: dict[str, str]
    """`prediction_id`; row i of this answer is known everywhere as `<prediction_id>/<i>`."""
    id: str = ""


@dataclass(frozen=True, slots=True)
class Body:
    """An answer as it goes over the wire."""

    content: bytes
    json_length: int | None
    """Length of the JSON before the binary data; None when all is JSON."""


_ENCODER = msgspec.json.Encoder()


def write(
    release: Release,
    name: str,
    request: InferenceRequest,
    prediction_id: str,
    outputs: list[Values],
) -> Body:
    """Write the outputs that were asked for; `name` is what the caller called the model."""
    tensors, binary = [], b""
    for index, wants_binary in request.outputs:
        field = release.predictor.outputs[index]
        shape = [request.rows] if field.width is None else [request.rows, field.width]
        tensor = OutputTensor(field.name, field.datatype, shape)
        if wants_binary:
            part = _binary(field, outputs[index])
            tensor.parameters = {"binary_data_size": len(part)}
            binary += part
        else:
            tensor.data = _flat(field, outputs[index])
        tensors.append(tensor)
    text = _ENCODER.encode(
        AnswerEnvelope(
            name,
            release.version,
            tensors,
            {"prediction_id": prediction_id},
            request.id,
        )
    )
    if any(wants_binary for _, wants_binary in request.outputs):
        return Body(text + binary, len(text))
    return Body(text, None)


def describe(release: Release, name: str, inputs: tuple[Field, ...]) -> dict[str, Any]:
    """Describe the model as V2's model metadata does, with the inputs it has under a name."""

    def tensors(fields: tuple[Field, ...]) -> list[dict[str, Any]]:
        return [
            {
                "name": f.name,
                "datatype": f.datatype,
                "shape": [-1] if f.width is None else [-1, f.width],
            }
            for f in fields
        ]

    classes = release.predictor.classes
    return {
        "name": name,
        "versions": [release.version],
        "platform": "modelyard",
        "inputs": tensors(inputs),
        "outputs": tensors(release.predictor.outputs),
        "parameters": {
            "package_digest": release.digest,
            **({"classes": list(classes)} if classes else {}),
        },
    }


def checked(field: Field, column: Column, rows: int) -> Values:
    """A column the model gave, as plain values; raises ValueError if it is no valid answer."""
    allowed = ((rows,), (rows, 1)) if field.width is None else ((rows, field.width),)
    if column.shape not in allowed:
        raise ValueError(f"output {field.name} has shape {column.shape} for {rows} rows")
    flat = column.reshape(rows) if field.width is None else column
    if field.datatype == "BYTES":
        return [str(value) for value in flat]
    flat = flat.astype(DATATYPES[field.datatype].dtype, copy=False)
    if field.is_float and not np.isfinite(flat).all():
        raise ValueError(f"output {field.name} is not finite")
    values: Values = flat.tolist()
    return values


def _flat(field: Field, values: Values) -> Values:
    """Row after row: V2 allows nesting too, but not every client reads it."""
    return values if field.width is None else list(chain.from_iterable(values))


def _binary(field: Field, values: Values) -> bytes:
    if field.datatype == "BYTES":
        texts = [str(value).encode() for value in values]
        return b"".join(len(text).to_bytes(4, "little") + text for text in texts)
    dtype = DATATYPES[field.datatype].dtype.newbyteorder("<")
    return np.array(values, dtype=dtype).tobytes()
