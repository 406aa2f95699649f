"""A model that fails, hangs or talks nonsense harms only the request that made it do so."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from tests.ml.serving import faulty_server
from tests.ml.serving.lake import wait_until
from tests.ml.serving.server_process import REPOSITORY
from tests.ports import free_port
from tests.recovery import Recovery

pytestmark = pytest.mark.process


@pytest.fixture(scope="module")
def volume(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("faulty")


@pytest.fixture(scope="module")
def faulty(volume: Path) -> Iterator[httpx.Client]:
    port = free_port()
    # So patient that no test sees a model that is stuck given up.
    command = [sys.executable, "-m", faulty_server.__name__, str(port), str(volume), "600"]
    process = subprocess.Popen(command, cwd=REPOSITORY, stdout=subprocess.DEVNULL)
    limits = httpx.Limits(max_connections=300)
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30, limits=limits) as client:
        give_up = time.monotonic() + 60
        while time.monotonic() < give_up:
            try:
                client.get("/healthz/live")
                break
            except httpx.TransportError:
                time.sleep(0.05)
        yield client
    process.terminate()
    assert process.wait(60) == 0


def ask(client: httpx.Client, *modes: int) -> httpx.Response:
    tensor = {"name": "mode", "datatype": "INT32", "shape": [len(modes)], "data": list(modes)}
    return client.post("/v2/models/faulty/infer", json={"inputs": [tensor]})


def test_a_model_that_raises_gives_500_without_its_innards(faulty: httpx.Client) -> None:
    counted = failures(faulty)
    answer = ask(faulty, 1)
    assert (answer.status_code, answer.json()["code"]) == (500, "model_failed")
    assert "secret" not in answer.text
    assert failures(faulty) == counted + 1
    assert ask(faulty, 0).status_code == 200


def failures(client: httpx.Client) -> float:
    """How often the model has failed, as Prometheus is told."""
    series = 'modelyard_inference_errors_total{code="model_failed"} '
    (line,) = (x for x in client.get("/metrics").text.splitlines() if x.startswith(series))
    return float(line.removeprefix(series))


@pytest.mark.parametrize("mode", [2, 3])
def test_an_invalid_answer_is_not_passed_on(faulty: httpx.Client, mode: int) -> None:
    answer = ask(faulty, 0, mode)
    assert (answer.status_code, answer.json()["code"]) == (500, "model_output_invalid")


def test_neighbours_in_a_batch_do_not_pay_for_one_request(faulty: httpx.Client) -> None:
    modes = [100, 0, 1, 0, 2, 0]
    with ThreadPoolExecutor(len(modes)) as pool:
        answers = list(pool.map(lambda mode: ask(faulty, mode), modes))
    assert [answer.status_code for answer in answers] == [200, 200, 500, 200, 500, 200]


def test_a_hanging_model_costs_its_callers_the_deadline_and_nobody_the_health_check(
    faulty: httpx.Client, volume: Path
) -> None:
    with ThreadPoolExecutor(1) as pool:
        hanging = pool.submit(ask, faulty, -2)
        try:
            wait_until(lambda: faulty.get("/v2/health/ready").status_code == 503)
            assert faulty.get("/healthz/live").status_code == 200
            answer = hanging.result()
            # The model hangs still: it was the deadline that ended the request.
            ready = faulty.get("/v2/health/ready")
            assert (ready.status_code, ready.json()["code"]) == (503, "overloaded")
            assert faulty.get("/healthz/live").status_code == 200
        finally:
            (volume / faulty_server.GO_ON).touch()
    assert (answer.status_code, answer.json()["code"]) == (504, "deadline_exceeded")
    wait_until(lambda: ask(faulty, 0).status_code == 200)
    assert faulty.get("/v2/health/ready").status_code == 200


def test_overload_is_refused_with_a_time_to_try_again(
    faulty: httpx.Client, recovery: Recovery
) -> None:
    with ThreadPoolExecutor(120) as pool:
        answers = list(pool.map(lambda _: ask(faulty, 40), range(120)))
    refused = [answer for answer in answers if answer.status_code == 503]
    assert refused
    assert {answer.json()["code"] for answer in refused} == {"overloaded"}
    assert {answer.headers["retry-after"] for answer in refused} == {"1"}
    assert {answer.status_code for answer in answers} <= {200, 503, 504}
    assert any(answer.status_code == 200 for answer in answers)
    with recovery.within(10, "120 requests at once where 20 may wait, once they have ended"):
        wait_until(lambda: ask(faulty, 0).status_code == 200)
