"""Bad input gets a 4xx with a stable code and words that name what is wrong."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from tests.ml.serving.server_process import request

pytestmark = pytest.mark.process

INFER = "/v2/models/toy/infer"


def tensor(name: str = "age", **changes: Any) -> dict[str, Any]:
    return {"name": name, "datatype": "FP32", "shape": [1], "data": [1.0]} | changes


def with_age(**changes: Any) -> dict[str, Any]:
    """A good request but for one thing about its first input."""
    return {"inputs": [tensor(**changes), *request()["inputs"][1:]]}


DOCUMENTS: dict[str, tuple[Any, int, str, str]] = {
    "no inputs": ({}, 422, "invalid_request", "inputs"),
    "empty inputs": ({"inputs": []}, 422, "missing_input", "age, weight, pulse"),
    "not an object": ([1], 422, "invalid_request", "object"),
    "unknown field": (request() | {"extra": 1}, 422, "invalid_request", "extra"),
    # More than capture can hold: it used to fail the whole batch, others' requests too.
    "parameter beyond 64 bits": (
        request() | {"parameters": {"a": 2**64}},
        422,
        "invalid_request",
        "parameters",
    ),
    "unknown input": (
        {"inputs": [*request()["inputs"], tensor("height")]},
        422,
        "unknown_input",
        "height is unknown; allowed: age, weight, pulse",
    ),
    "missing input": ({"inputs": request()["inputs"][:2]}, 422, "missing_input", "pulse"),
    "input twice": (
        {"inputs": [*request()["inputs"], tensor("pulse")]},
        422,
        "duplicate_input",
        "pulse comes twice",
    ),
    "wrong datatype": (with_age(datatype="FP64"), 422, "wrong_datatype", "expected FP32"),
    "unknown datatype": (with_age(datatype="FLOAT"), 422, "wrong_datatype", "expected FP32"),
    "shape too wide": (with_age(shape=[1, 2]), 422, "wrong_shape", "[n] or [n, 1]"),
    "shape empty": (with_age(shape=[]), 422, "wrong_shape", "age"),
    "no rows": (with_age(shape=[0], data=[]), 422, "wrong_shape", "n ≥ 1"),
    "negative shape": (with_age(shape=[-1]), 422, "wrong_shape", "age"),
    "shape lies": (with_age(data=[1.0, 2.0]), 422, "wrong_shape", "2 values"),
    "unequal rows": (with_age(shape=[2], data=[1.0, 2.0]), 422, "wrong_shape", "same n"),
    "boolean": (with_age(data=[True]), 422, "wrong_type", "age, row 0: expected float, got bool"),
    "text": (with_age(data=["1"]), 422, "wrong_type", "got str"),
    "object": (with_age(data=[{}]), 422, "wrong_type", "age, row 0"),
    "null": (with_age(data=[None]), 422, "null_value", "age, row 0"),
    "scalar data": (with_age(data=1.0), 422, "wrong_type", "age"),
    "no data": (
        {"inputs": [{"name": "age", "datatype": "FP32", "shape": [1]}]},
        422,
        "invalid_request",
        "age has no data",
    ),
    "ragged": (with_age(shape=[1, 1], data=[[1.0, 2.0]]), 422, "wrong_shape", "1 wide"),
    "beyond float32": (with_age(data=[1e39]), 422, "out_of_range", "age, row 0"),
    "too many rows": (request(rows=10_000), 413, "too_many_rows", "at most 1000"),
    "unknown output": (
        request() | {"outputs": [{"name": "label"}]},
        422,
        "unknown_output",
        "allowed: probability",
    ),
    "shared memory": (
        with_age(parameters={"shared_memory_region": "x"}),
        422,
        "invalid_request",
        "shared_memory_region",
    ),
    "binary size without binary": (
        {"inputs": [tensor(parameters={"binary_data_size": 4})]},
        400,
        "invalid_binary",
        "age",
    ),
}


@pytest.mark.parametrize("case", DOCUMENTS)
def test_a_wrong_document_is_refused_with_what_is_allowed(http: httpx.Client, case: str) -> None:
    document, status, code, words = DOCUMENTS[case]
    answer = http.post(INFER, json=document)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert words in answer.json()["error"]


GOOD = json.dumps(request()).encode()
TEXTS: dict[str, tuple[bytes, int, str, str]] = {
    "empty": (b"", 400, "invalid_json", "truncated"),
    "half": (GOOD[:40], 400, "invalid_json", "truncated"),
    "trailing": (GOOD + b"x", 400, "invalid_json", "trailing"),
    "bad UTF-8": (GOOD.replace(b"age", b"\xff\xfe"), 400, "invalid_json", ""),
    "lone surrogate": (GOOD.replace(b"age", b"\\ud800"), 400, "invalid_json", ""),
    "NaN": (GOOD.replace(b"[0.5]", b"[NaN]"), 422, "not_finite", "input age"),
    "Infinity": (GOOD.replace(b"[0.5]", b"[-Infinity]"), 422, "not_finite", "input age"),
    "NaN in a nullable input": (
        GOOD.replace(b"[1.0]", b"[NaN]"),
        422,
        "not_finite",
        "input weight: NaN and Infinity are not JSON; send null",
    ),
    "1e400": (GOOD.replace(b"[0.5]", b"[1e400]"), 422, "out_of_range", "age, row 0"),
    "huge integer": (
        GOOD.replace(b"[0.5]", b"[" + b"9" * 5000 + b"]"),
        422,
        "out_of_range",
        "age",
    ),
    "key twice": (
        GOOD.replace(b'"datatype"', b'"data": [2.0], "datatype"', 1),
        422,
        "duplicate_key",
        "'data' comes twice",
    ),
    "key twice at the top": (
        GOOD[:-1] + b', "inputs": []}',
        422,
        "duplicate_key",
        "'inputs' comes twice",
    ),
    "deep": (b"[" * 100_000, 422, "invalid_request", ""),
    "deep data": (
        GOOD.replace(b"[0.5]", b"[" * 100_000 + b"]" * 100_000),
        400,
        "invalid_json",
        "nested too deeply",
    ),
}


@pytest.mark.parametrize("case", TEXTS)
def test_a_broken_text_is_refused(http: httpx.Client, case: str) -> None:
    content, status, code, words = TEXTS[case]
    answer = http.post(INFER, content=content, headers={"content-type": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert words in answer.json()["error"]


@pytest.mark.parametrize(
    ("headers", "status", "code"),
    [
        ({"content-type": "text/plain"}, 415, "unsupported_content_type"),
        ({"content-encoding": "gzip"}, 415, "unsupported_content_encoding"),
        ({"inference-header-content-length": "many"}, 400, "invalid_binary"),
        ({"inference-header-content-length": "99999"}, 400, "invalid_binary"),
        ({"inference-header-content-length": "0"}, 400, "invalid_binary"),
    ],
)
def test_wrong_headers_are_refused(
    http: httpx.Client, headers: dict[str, str], status: int, code: str
) -> None:
    answer = http.post(INFER, content=GOOD, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


@pytest.mark.parametrize(
    ("method", "path", "status", "code", "words"),
    [
        ("GET", "/", 404, "not_found", "/v2/models/toy"),
        ("GET", "/v2/models/other", 404, "unknown_model", "this server has toy"),
        ("POST", "/v2/models/other/infer", 404, "unknown_model", "this server has toy"),
        ("POST", "/v2/models/toy/versions/9/infer", 404, "unknown_model", "version 3 is"),
        ("GET", INFER, 405, "method_not_allowed", "POST"),
        ("DELETE", "/v2/models/toy", 405, "method_not_allowed", "GET"),
    ],
)
def test_wrong_places_are_told_apart(
    http: httpx.Client, method: str, path: str, status: int, code: str, words: str
) -> None:
    answer = http.request(method, path)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert words in answer.json()["error"]


@pytest.mark.parametrize("data", [[-0.0], [5e-324], [1e-45], [3.4e38], [1]])
def test_odd_but_finite_numbers_are_answered(http: httpx.Client, data: list[float]) -> None:
    assert http.post(INFER, json=with_age(data=data)).status_code == 200
