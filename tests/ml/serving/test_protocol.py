"""The server speaks the Open Inference Protocol V2, in JSON and in binary."""

from __future__ import annotations

import json
import struct

import httpx
import numpy as np
import pytest

from tests.ml.serving.cloud import Packaged
from tests.ml.serving.server_process import request

pytestmark = pytest.mark.process

INFER = "/v2/models/toy/infer"


def test_server_and_model_describe_themselves(http: httpx.Client, package: Packaged) -> None:
    assert http.get("/v2").json()["extensions"] == ["binary_tensor_data"]
    for path in ("/v2/models/toy", "/v2/models/toy/versions/3"):
        described = http.get(path).json()
        assert described["name"] == "toy"
        assert described["versions"] == ["3"]
        assert described["inputs"][0] == {"name": "age", "datatype": "FP32", "shape": [-1]}
        assert described["outputs"] == [{"name": "probability", "datatype": "FP64", "shape": [-1]}]
        assert described["parameters"] == {"package_digest": package.digest}


@pytest.mark.parametrize(
    "path",
    [
        "/v2/health/live",
        "/v2/health/ready",
        "/v2/models/toy/ready",
        "/v2/models/toy/versions/3/ready",
        "/healthz/live",
        "/healthz/ready",
    ],
)
def test_a_server_with_a_model_is_live_and_ready(http: httpx.Client, path: str) -> None:
    assert http.get(path).status_code == 200


def test_an_answer_names_its_prediction_and_echoes_the_request(http: httpx.Client) -> None:
    answers = [
        http.post(path, json=request(rows=3) | {"id": "mine"}).json()
        for path in (INFER, "/v2/models/toy/versions/3/infer")
    ]
    first, second = answers
    assert first["id"] == "mine"
    assert first["model_name"] == "toy"
    assert first["model_version"] == "3"
    assert first["outputs"][0]["shape"] == [3]
    assert all(0 < value < 1 for value in first["outputs"][0]["data"])
    assert first["outputs"] == second["outputs"]
    ids = [answer["parameters"]["prediction_id"] for answer in answers]
    assert len(set(ids)) == 2


def test_rows_are_answered_in_order_and_columns_by_name(http: httpx.Client) -> None:
    ages = [-2.0, -0.5, 0.5, 2.0]
    asked = request(rows=4, age=ages)
    together = http.post(INFER, json=asked).json()["outputs"][0]["data"]
    asked["inputs"].reverse()
    assert http.post(INFER, json=asked).json()["outputs"][0]["data"] == together
    alone = [
        http.post(INFER, json=request(age=[age])).json()["outputs"][0]["data"][0] for age in ages
    ]
    assert together == alone
    assert together[0] < together[-1]


def test_a_column_vector_may_be_flat_or_nested(http: httpx.Client) -> None:
    flat = request(rows=2)
    nested = request(rows=2)
    for tensor in nested["inputs"]:
        tensor["shape"] = [2, 1]
        tensor["data"] = [[value] for value in tensor["data"]]
    answers = [http.post(INFER, json=asked).json()["outputs"] for asked in (flat, nested)]
    assert answers[0] == answers[1]


def test_a_nullable_number_may_be_missing(http: httpx.Client) -> None:
    answer = http.post(INFER, json=request(rows=2, weight=[None, 1.0]))
    assert answer.status_code == 200
    assert np.isfinite(answer.json()["outputs"][0]["data"]).all()


def test_binary_and_json_give_the_same_answer(http: httpx.Client) -> None:
    columns = {"age": [0.5, 1.5], "weight": [float("nan"), 1.0], "pulse": [0.0, -1.0]}
    head = {
        "inputs": [
            {
                "name": name,
                "datatype": "FP32",
                "shape": [2],
                "parameters": {"binary_data_size": 8},
            }
            for name in columns
        ],
        "outputs": [{"name": "probability", "parameters": {"binary_data": True}}],
    }
    text = json.dumps(head).encode()
    data = b"".join(struct.pack("<2f", *values) for values in columns.values())
    answer = http.post(
        INFER,
        content=text + data,
        headers={"Inference-Header-Content-Length": str(len(text))},
    )
    length = int(answer.headers["inference-header-content-length"])
    described = json.loads(answer.content[:length])
    assert described["outputs"][0]["parameters"] == {"binary_data_size": 16}
    plain = http.post(INFER, json=request(rows=2, **columns | {"weight": [None, 1.0]})).json()
    assert list(struct.unpack("<2d", answer.content[length:])) == plain["outputs"][0]["data"]


def test_only_the_outputs_asked_for_are_sent(http: httpx.Client) -> None:
    asked = request() | {"outputs": [{"name": "probability"}]}
    assert [o["name"] for o in http.post(INFER, json=asked).json()["outputs"]] == ["probability"]


def test_metrics_count_rows_and_errors_by_code(http: httpx.Client) -> None:
    def metric(name: str) -> float:
        lines = http.get("/metrics").text.splitlines()
        return next(float(line.split()[-1]) for line in lines if line.startswith(name + " "))

    error = 'modelyard_inference_errors_total{code="too_many_rows"}'
    rows, errors = metric("modelyard_inference_rows_total"), metric(error)
    http.post(INFER, json=request(rows=7))
    http.post(INFER, json=request(rows=1001))
    assert metric("modelyard_inference_rows_total") == rows + 7
    assert metric(error) == errors + 1
    assert 'modelyard_model_info{digest="sha256:' in http.get("/metrics").text
