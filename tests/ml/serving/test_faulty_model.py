"""A model that fails, hangs or talks nonsense harms only the request that made it do so."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from tests.ml.serving import faulty_server
from tests.ml.serving.faulty_client import ask, faulty_client
from tests.ml.serving.lake import wait_until

pytestmark = pytest.mark.process


@pytest.fixture(scope="module")
def volume(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("faulty")


@pytest.fixture(scope="module")
def faulty(volume: Path) -> Iterator[httpx.Client]:
    with faulty_client(volume) as client:
        yield client


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
