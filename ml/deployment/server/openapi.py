"""The server's HTTP surface as OpenAPI 3.1, for clients, gateways and fuzzers."""

from __future__ import annotations

from collections.abc import Iterable

from ml.deployment.server.feedback import PATH
from ml.deployment.server.paths import Paths
from ml.deployment.server.predictor import Release
from ml.deployment.server.refusal import Code
from ml.deployment.server.schemas import Schema, schemas
from ml.deployment.server.settings import Limits

_OBJECT: Schema = {"type": "object"}


def document(paths: Paths, release: Release | None, limits: Limits) -> Schema:
    """Describe every route that a server with these paths has."""
    described = _health()
    described[PATH] = {"post": _post("Labels", "Accepted")}
    for root in paths.roots:
        described |= _model(root, "Request")
    for root in paths.keyed_roots:
        described |= _model(root, "KeyedRequest")
    return {
        "openapi": "3.1.0",
        "info": {
            "title": f"Open Inference Protocol V2 of {paths.model}",
            "version": paths.version or "none",
        },
        "paths": described,
        "components": {"schemas": schemas(release, limits)},
    }


def _health() -> Schema:
    plain = {"text/plain": {"schema": {"type": "string"}}}
    return {
        "/healthz/live": {"get": _get(_OBJECT, (503,))},
        "/healthz/ready": {"get": _get(_OBJECT, (503,))},
        "/metrics": {"get": {"responses": {"200": {"description": "Metrics", "content": plain}}}},
        "/openapi.json": {"get": _get(_OBJECT, ())},
        "/v2": {"get": _get(_OBJECT, ())},
        "/v2/": {"get": _get(_OBJECT, ())},
        "/v2/health/live": {"get": _get(_OBJECT, (503,))},
        "/v2/health/ready": {"get": _get(_OBJECT, (503,))},
    }


def _model(root: str, request: str) -> Schema:
    return {
        root: {"get": _get(_OBJECT, (503,))},
        f"{root}/ready": {"get": _get(_OBJECT, (503,))},
        f"{root}/infer": {"post": _post(request, "Answer")},
    }


def _post(request: str, answer: str) -> Schema:
    refused = (400, 408, 413, 415, 422, 500, 503, 504)
    return {
        "requestBody": {"required": True, "content": _json(_named(request))},
        "responses": {**_answers(_named(answer)), **_refusals(refused)},
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
