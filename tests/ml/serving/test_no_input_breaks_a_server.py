"""Whatever is sent to a model's server, it answers no 5xx, and it answers afterwards."""

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
GOOD = json.dumps(request()).encode()

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
