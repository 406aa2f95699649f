"""Bad input gets a 4xx with a stable code and words that name what is wrong; never a 5xx."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.ml.serving.server_process import ServerProcess, request

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


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4)
    ),
    max_leaves=12,
)
loose_tensor = st.fixed_dictionaries(
    {},
    optional={
        "name": st.sampled_from(["age", "weight", "pulse", "x"]) | json_values,
        "datatype": st.sampled_from(["FP32", "BYTES", "INT64", "BOOL"]) | json_values,
        "shape": st.lists(st.integers(-1, 3), max_size=3) | json_values,
        "data": st.lists(st.floats() | st.none(), max_size=3) | json_values,
        "parameters": st.just({"binary_data_size": 4}) | json_values,
    },
)
loose_request = st.fixed_dictionaries(
    {"inputs": st.lists(loose_tensor, max_size=4) | json_values},
    optional={"id": json_values, "parameters": json_values, "outputs": json_values},
)
many = settings(
    max_examples=300,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@many
@given(document=loose_request | json_values)
def test_no_document_breaks_the_server(http: httpx.Client, document: Any) -> None:
    content = json.dumps(document).encode("utf-8", "surrogatepass")
    answer = http.post(INFER, content=content)
    assert answer.status_code < 500
    assert answer.status_code == 200 or answer.json()["code"]


@many
@given(content=st.binary(max_size=200), length=st.none() | st.integers(0, 220))
def test_no_bytes_break_the_server(http: httpx.Client, content: bytes, length: int | None) -> None:
    headers = {} if length is None else {"inference-header-content-length": str(length)}
    assert 400 <= http.post(INFER, content=content, headers=headers).status_code < 500


@many
@given(position=st.integers(0, len(GOOD) - 1), replacement=st.binary(min_size=0, max_size=3))
def test_no_damaged_request_breaks_the_server(
    http: httpx.Client, position: int, replacement: bytes
) -> None:
    damaged = GOOD[:position] + replacement + GOOD[position + 1 :]
    assert http.post(INFER, content=damaged).status_code < 500


def test_the_server_still_answers_afterwards(http: httpx.Client, server: ServerProcess) -> None:
    assert http.post(INFER, json=request()).status_code == 200
    assert server.process is not None
    assert server.process.poll() is None
