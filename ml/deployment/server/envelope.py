"""Decodes the JSON part of a V2 request strictly: no unknown, missing or repeated keys."""

from __future__ import annotations

import json
import math
from typing import Annotated, Any

import msgspec

from ml.deployment.server import duplicates
from ml.deployment.server.refusal import Code, RequestError

Integer = Annotated[int, msgspec.Meta(ge=-(2**63), le=2**63 - 1)]
"""Capture holds 64 bits; a longer number would be accepted here and fail the whole batch there."""
Scalar = str | Integer | float | bool


class InputTensor(msgspec.Struct, forbid_unknown_fields=True):
    """One input as V2 writes it."""

    name: str
    datatype: str
    shape: list[Integer]
    data: msgspec.Raw = msgspec.Raw()
    parameters: dict[str, Scalar] = {}


class OutputWish(msgspec.Struct, forbid_unknown_fields=True):
    """One output that the caller asks for, and how."""

    name: str
    parameters: dict[str, Scalar] = {}


class Envelope(msgspec.Struct, forbid_unknown_fields=True):
    """The JSON part of a request."""

    inputs: list[InputTensor]
    id: str = ""
    parameters: dict[str, Scalar] = {}
    outputs: list[OutputWish] | None = None


_DECODER = msgspec.json.Decoder(Envelope)


def decode(text: bytes) -> Envelope:
    """Decode a request; the data of its inputs stays raw until their datatypes are known."""
    try:
        envelope = _DECODER.decode(text)
    except msgspec.ValidationError as error:
        raise RequestError(Code.INVALID_REQUEST, str(error).replace("`", "")) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise malformed(text, error) from None
    if text.count(b":") != _keys(envelope):
        # More colons than keys: a colon inside a text, or a key that came twice.
        duplicates.refuse(text)
    return envelope


def malformed(text: bytes, error: Exception) -> RequestError:
    """Say why a text is no JSON; NaN, which many clients write, gets an answer of its own."""
    if isinstance(error, RecursionError):
        return RequestError(Code.INVALID_JSON, "the JSON is nested too deeply")
    if b"NaN" in text or b"Infinity" in text:
        try:
            name = _name_not_finite(json.loads(text))
        except (ValueError, RecursionError):
            return RequestError(Code.INVALID_JSON, str(error))
        return RequestError(
            Code.NOT_FINITE,
            f"{name}: NaN and Infinity are not JSON; "
            "send null for a missing value of a nullable input",
        )
    return RequestError(Code.INVALID_JSON, str(error))


def _name_not_finite(document: Any) -> str:
    inputs = document.get("inputs") if isinstance(document, dict) else None
    for tensor in inputs if isinstance(inputs, list) else []:
        if isinstance(tensor, dict) and not _finite(tensor):
            return f"input {str(tensor.get('name'))[:100]}"
    return "the request"


def _finite(value: Any) -> bool:
    if isinstance(value, dict):
        return all(map(_finite, value.values()))
    if isinstance(value, list):
        return all(map(_finite, value))
    return not isinstance(value, float) or math.isfinite(value)


def _keys(envelope: Envelope) -> int:
    """How many keys the JSON has if none came twice and no optional one is written as empty."""
    keys = 1 + bool(envelope.id) + bool(envelope.parameters) + len(envelope.parameters)
    for tensor in envelope.inputs:
        keys += 3 + bool(len(tensor.data)) + bool(tensor.parameters) + len(tensor.parameters)
    if envelope.outputs is not None:
        keys += 1
        for wish in envelope.outputs:
            keys += 1 + bool(wish.parameters) + len(wish.parameters)
    return keys
