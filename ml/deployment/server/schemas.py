"""The bodies of requests and answers as JSON schemas, each by its name in the OpenAPI document."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ml.deployment.server.feedback import MOST_LABELS
from ml.deployment.server.predictor import DATATYPES, Field, Release
from ml.deployment.server.refusal import Code
from ml.deployment.server.settings import Limits

Schema = dict[str, Any]

_NUMBER = {"type": "number"}
_KINDS: Mapping[str, Schema] = {
    "BOOL": {"type": "boolean"},
    "BYTES": {"type": "string"},
    "FP32": _NUMBER,
    "FP64": _NUMBER,
}
_SCALARS = {
    "type": "object",
    "additionalProperties": {"type": ["string", "number", "boolean"]},
}
_OBJECT: Schema = {"type": "object"}
_TEXT: Schema = {"type": "string"}


def schemas(release: Release | None, limits: Limits) -> Schema:
    """Every body; without a version the model's own inputs are not known yet."""
    codes = [code.text for code in Code]
    refusal = {
        "type": "object",
        "required": ["error", "code"],
        "properties": {"error": {"type": "string"}, "code": {"enum": codes}},
    }
    common = {"Refusal": refusal, "Labels": _labels(), "Accepted": _ACCEPTED}
    if release is None:
        return {**common, "Request": _OBJECT, "KeyedRequest": _OBJECT, "Answer": _OBJECT}
    predictor = release.predictor
    wish = _strict({"name": {"enum": [each.name for each in predictor.outputs]}}, _parameters())
    inputs = {
        "type": "array",
        "description": "Every input once, in any order, all with the same number of rows.",
        "items": {"oneOf": [_input(each, limits) for each in predictor.inputs]},
    }
    wishes = {"outputs": {"type": ["array", "null"], "items": wish}}
    answered = {"type": "array", "items": {"oneOf": [_output(f) for f in predictor.outputs]}}
    answer = {
        "type": "object",
        "required": ["model_name", "model_version", "outputs", "parameters"],
        "properties": {
            "model_name": _TEXT,
            "model_version": {"const": release.version},
            "id": _TEXT,
            "parameters": {"type": "object", "required": ["prediction_id"]},
            "outputs": answered,
        },
    }
    others = {"id": _TEXT, **wishes, **_parameters()}
    request = _strict({"inputs": inputs}, others)
    keyed = _strict({"inputs": {"type": "array", "items": _KEYED}}, others)
    return {**common, "Request": request, "KeyedRequest": keyed, "Answer": answer}


def _labels() -> Schema:
    label = _strict(
        {
            "prediction_id": {"type": "string", "minLength": 1, "maxLength": 100},
            "row": {"type": "integer", "minimum": 0, "maximum": 2**31 - 1},
            "label": {"type": ["boolean", "number", "string"], "maxLength": 200},
        },
        {"known_at": {"type": ["string", "null"], "format": "date-time"}},
    )
    labels = {"type": "array", "minItems": 1, "maxItems": MOST_LABELS, "items": label}
    return _strict({"labels": labels}, {})


def _input(field: Field, limits: Limits) -> Schema:
    value = _value(field)
    one = {"type": "array", "items": value, "maxItems": limits.rows}
    shape = {"type": "array", "items": {"type": "integer", "minimum": 1}, "maxItems": 2}
    return _strict(
        {
            "name": {"const": field.name},
            "datatype": {"const": field.datatype},
            "shape": {**shape, "minItems": 1},
        },
        {"data": one, "parameters": _strict({}, {"binary_data_size": {"type": "integer"}})},
    )


def _output(field: Field) -> Schema:
    value = _KINDS.get(field.datatype, {"type": "integer"})
    return _strict(
        {
            "name": {"const": field.name},
            "datatype": {"const": field.datatype},
            "shape": {"type": "array", "items": {"type": "integer"}},
        },
        {"data": {"type": "array", "items": value}, "parameters": _OBJECT},
    )


def _value(field: Field) -> Schema:
    value = _KINDS.get(field.datatype, {"type": "integer"})
    return {**value, "type": [value["type"], "null"]} if field.nullable else value


def _parameters() -> Schema:
    return {"parameters": _SCALARS}


def _strict(required: Schema, optional: Schema) -> Schema:
    return {
        "type": "object",
        "additionalProperties": False,
        "required": list(required),
        "properties": {**required, **optional},
    }


_ACCEPTED = _strict({"accepted": {"type": "integer"}}, {})
_KEYED = _strict(
    {
        "name": _TEXT,
        "datatype": {"enum": list(DATATYPES)},
        "shape": {"type": "array", "items": {"type": "integer", "minimum": 1}},
    },
    {"data": {"type": "array"}, "parameters": _SCALARS},
)
"""Its inputs are known once there are as-of tables; the model's metadata names them."""
