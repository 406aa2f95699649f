"""The server's HTTP surface as OpenAPI 3.1, for clients, gateways and fuzzers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ml.deployment.server.predictor import Field, Release
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


def document(model: str, release: Release | None, limits: Limits) -> Schema:
    """Describe every route; without a version the model's own inputs are not known yet."""
    paths = {**_health(), **_model_paths(f"/v2/models/{model}", release)}
    if release is not None:
        paths |= _model_paths(f"/v2/models/{model}/versions/{release.version}", release)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": f"Open Inference Protocol V2 of {model}",
            "version": release.version if release else "none",
        },
        "paths": paths,
        "components": {"schemas": _schemas(release, limits)},
    }


def _health() -> Schema:
    plain = {"text/plain": {"schema": {"type": "string"}}}
    return {
        "/healthz/live": {"get": _get(_OBJECT, ())},
        "/healthz/ready": {"get": _get(_OBJECT, (503,))},
        "/metrics": {"get": {"responses": {"200": {"description": "Metrics", "content": plain}}}},
        "/openapi.json": {"get": _get(_OBJECT, ())},
        "/v2": {"get": _get(_OBJECT, ())},
        "/v2/": {"get": _get(_OBJECT, ())},
        "/v2/health/live": {"get": _get(_OBJECT, ())},
        "/v2/health/ready": {"get": _get(_OBJECT, (503,))},
    }


def _model_paths(root: str, release: Release | None) -> Schema:
    refused = (400, 408, 413, 415, 422, 500, 503, 504)
    return {
        root: {"get": _get(_OBJECT, (503,))},
        f"{root}/ready": {"get": _get(_OBJECT, (503,))},
        f"{root}/infer": {
            "post": {
                "requestBody": {"required": True, "content": _json(_named("Request"))},
                "responses": {**_answers(_named("Answer")), **_refusals(refused)},
            }
        },
    }


def _get(schema: Schema, refused: Iterable[int]) -> Schema:
    return {"responses": {**_answers(schema), **_refusals(refused)}}


def _answers(schema: Schema) -> Schema:
    return {"200": {"description": "The answer", "content": _json(schema)}}


def _refusals(statuses: Iterable[int]) -> Schema:
    return {
        str(status): {
            "description": ", ".join(code.text for code in Code if code.status == status),
            "content": _json(_named("Refusal")),
        }
        for status in statuses
    }


def _json(schema: Schema) -> Schema:
    return {"application/json": {"schema": schema}}


def _named(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def _schemas(release: Release | None, limits: Limits) -> Schema:
    codes = [code.text for code in Code]
    refusal = {
        "type": "object",
        "required": ["error", "code"],
        "properties": {"error": {"type": "string"}, "code": {"enum": codes}},
    }
    if release is None:
        return {"Refusal": refusal, "Request": _OBJECT, "Answer": _OBJECT}
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
            "model_name": {"const": release.model},
            "model_version": {"const": release.version},
            "id": {"type": "string"},
            "parameters": {"type": "object", "required": ["prediction_id"]},
            "outputs": answered,
        },
    }
    request = _strict({"inputs": inputs}, {"id": {"type": "string"}, **wishes, **_parameters()})
    return {"Refusal": refusal, "Request": request, "Answer": answer}


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
