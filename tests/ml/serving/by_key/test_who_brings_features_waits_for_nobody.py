"""Who brings features is answered while the server builds those of others."""

from __future__ import annotations

import json
import threading
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from tests.ml.serving import asof
from tests.ml.serving.by_key.replicas import ASK, client_of, told_by
from tests.ml.serving.lake import wait_until
from tests.ml.serving.server_process import ServerProcess

pytestmark = pytest.mark.process


def test_who_brings_features_is_answered_while_features_are_built(
    http: httpx.Client, server: ServerProcess
) -> None:
    columns = asof.spec().features.columns
    plain = {
        "inputs": [
            {
                "name": name,
                "datatype": "FP32" if kind == "number" else "BYTES",
                "shape": [1],
                "data": [1.0 if kind == "number" else "AA"],
            }
            for name, kind in columns.items()
        ]
    }
    big = json.dumps(asof.question(asof.flights(1000))).encode()
    enough = threading.Event()
    with client_of(server) as other:

        def ask() -> None:
            while not enough.is_set():
                assert other.post(f"{ASK}/infer", content=big).status_code == 200

        def answered_meanwhile() -> bool:
            """Whether the large request was in the server's hands before and after a small one."""
            in_flight, rows_before = gauges(http)
            assert http.post("/v2/models/flight_delay/infer", json=plain).status_code == 200
            assert http.get("/healthz/live").status_code == 200
            still_in_flight, rows_after = gauges(http)
            return in_flight == still_in_flight == 1 and rows_after == rows_before + 1

        with ThreadPoolExecutor(1) as pool:
            asking = pool.submit(ask)
            try:
                wait_until(answered_meanwhile)
            finally:
                enough.set()
            asking.result()


def gauges(http: httpx.Client) -> tuple[float, float]:
    """Requests that are being answered, and rows that were."""
    told = told_by(http)
    return told["modelyard_inference_in_flight"], told["modelyard_inference_rows_total"]
