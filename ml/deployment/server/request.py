"""Reads an inference request, refusing whatever the model's inputs do not allow."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import msgspec

from ml.deployment.server import tensors
from ml.deployment.server.envelope import Envelope, InputTensor, decode, malformed
from ml.deployment.server.predictor import Field, Values
from ml.deployment.server.refusal import Code, RequestError


@dataclass(frozen=True, slots=True)
class InferenceRequest:
    """A request that the model can answer."""

    id: str
    parameters: dict[str, Any]
    rows: int
    columns: list[Values]
    """In the order of the model's inputs."""
    outputs: list[tuple[int, bool]]
    """Index of each wanted output, and whether it is wanted in binary."""


class RequestReader:
    """Knows a model's inputs and outputs and checks requests against them."""

    def __init__(
        self, inputs: tuple[Field, ...], outputs: tuple[Field, ...], row_limit: int
    ) -> None:
        self._inputs = inputs
        self._index = {field.name: i for i, field in enumerate(inputs)}
        self._outputs = {field.name: i for i, field in enumerate(outputs)}
        self._row_limit = row_limit

    def read(self, body: bytes, header_length: int | None) -> InferenceRequest:
        """Read a body; with a header length, what follows the JSON is binary data."""
        text, binary = body, memoryview(b"")
        if header_length is not None:
            if not 0 < header_length <= len(body):
                raise RequestError(
                    Code.INVALID_BINARY,
                    f"Inference-Header-Content-Length is {header_length}, "
                    f"the body has {len(body)} bytes",
                )
            text, binary = body[:header_length], memoryview(body)[header_length:]
        envelope = decode(text)
        rows = self._rows(envelope)
        columns = self._columns(envelope, rows, binary)
        parameters = envelope.parameters
        wishes = self._wishes(envelope, parameters.pop("binary_data_output", False) is True)
        return InferenceRequest(envelope.id, parameters, rows, columns, wishes)

    def _rows(self, envelope: Envelope) -> int:
        if not envelope.inputs:
            raise self._missing(set())
        shape = envelope.inputs[0].shape
        rows = shape[0] if shape else 0
        for tensor in envelope.inputs:
            if tensor.shape not in ([rows], [rows, 1]) or rows < 1:
                raise RequestError(
                    Code.WRONG_SHAPE,
                    f"input {tensor.name}: shape {tensor.shape}; allowed: [n] or [n, 1] with the "
                    f"same n ≥ 1 for every input",
                )
        if rows > self._row_limit:
            raise RequestError(
                Code.TOO_MANY_ROWS,
                f"{rows} rows; at most {self._row_limit} are allowed in one request: split it",
            )
        return rows

    def _columns(self, envelope: Envelope, rows: int, binary: memoryview) -> list[Values]:
        columns: list[Values | None] = [None] * len(self._inputs)
        position = 0
        for tensor in envelope.inputs:
            field, index = self._field(tensor)
            if columns[index] is not None:
                raise RequestError(Code.DUPLICATE_INPUT, f"input {tensor.name} comes twice")
            size = tensor.parameters.pop("binary_data_size", None)
            if tensor.parameters:
                raise RequestError(
                    Code.INVALID_REQUEST,
                    f"input {tensor.name}: parameters {', '.join(sorted(tensor.parameters))} are "
                    "not supported; allowed: binary_data_size",
                )
            if size is None:
                columns[index] = self._json(field, tensor, rows)
                continue
            if type(size) is not int or size < 0 or len(tensor.data):
                raise RequestError(
                    Code.INVALID_BINARY,
                    f"input {tensor.name}: binary_data_size {size!r} with data, or not a length",
                )
            part = binary[position : position + size]
            position += size
            columns[index] = tensors.from_binary(field, part, rows)
        if position != len(binary):
            raise RequestError(
                Code.INVALID_BINARY,
                f"the inputs announce {position} binary bytes, {len(binary)} came",
            )
        if None in columns:
            raise self._missing({tensor.name for tensor in envelope.inputs})
        return columns  # type: ignore[return-value]

    def _field(self, tensor: InputTensor) -> tuple[Field, int]:
        index = self._index.get(tensor.name)
        if index is None:
            raise RequestError(
                Code.UNKNOWN_INPUT,
                f"input {tensor.name[:100]} is unknown; allowed: {', '.join(self._index)}",
            )
        field = self._inputs[index]
        if tensor.datatype != field.datatype:
            raise RequestError(
                Code.WRONG_DATATYPE,
                f"input {tensor.name}: datatype {tensor.datatype[:20]}; expected {field.datatype}",
            )
        return field, index

    def _json(self, field: Field, tensor: InputTensor, rows: int) -> Values:
        if not len(tensor.data):
            raise RequestError(Code.INVALID_REQUEST, f"input {field.name} has no data")
        try:
            return tensors.from_json(
                field, tensor.data, rows, column_vector=len(tensor.shape) == 2
            )
        except RecursionError:
            raise RequestError(Code.INVALID_JSON, "the JSON is nested too deeply") from None
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise malformed(bytes(tensor.data), error) from None

    def _wishes(self, envelope: Envelope, binary: bool) -> list[tuple[int, bool]]:
        if not envelope.outputs:
            return [(index, binary) for index in self._outputs.values()]
        wishes = []
        for wish in envelope.outputs:
            if wish.name not in self._outputs:
                raise RequestError(
                    Code.UNKNOWN_OUTPUT,
                    f"output {wish.name[:100]} is unknown; allowed: {', '.join(self._outputs)}",
                )
            wants = wish.parameters.get("binary_data", binary)
            wishes.append((self._outputs[wish.name], wants is True))
        return wishes

    def _missing(self, present: set[str]) -> RequestError:
        missing = [name for name in self._index if name not in present]
        return RequestError(Code.MISSING_INPUT, f"missing: {', '.join(missing)}")
