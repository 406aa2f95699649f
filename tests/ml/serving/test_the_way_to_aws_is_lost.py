"""Whoever cannot reach AWS any more goes on with what it has, ends in time, and catches up."""

from __future__ import annotations

import signal
import uuid
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from deltalake.exceptions import TableNotFoundError

from tests.ml.serving.cable import Cable
from tests.ml.serving.cloud import Cloud, Packaged
from tests.ml.serving.lake import captured, rows, wait_until
from tests.ml.serving.server_process import ServerProcess, request
from tests.ml.serving.shipping import Lake
from tests.ml.serving.test_collecting import answers, command
from tests.ml.serving.traffic import Traffic
from tests.ports import free_port
from tests.recovery import Recovery

pytestmark = pytest.mark.process

KUBELET_SECONDS = 40
"""What a pod has from being told to stop to its end."""


@pytest.fixture
def cable(cloud: Cloud) -> Iterator[Cable]:
    with Cable(cloud.endpoint).running() as running:
        yield running


def behind(cable: Cable, pod: str) -> dict[str, str]:
    return {"AWS_ENDPOINT_URL": cable.url, "POD_NAME": pod}


def ask(server: ServerProcess, count: int) -> set[tuple[str, int]]:
    """Let so many rows be answered; which they were."""
    with Traffic(server.url, clients=2) as traffic:
        traffic.wait_for(count)
    assert (traffic.statuses, traffic.broken) == ({200}, [])
    return traffic.acknowledged


def test_a_running_server_answers_on_and_a_new_one_says_in_time_that_it_cannot(
    cloud: Cloud, package: Packaged, tmp_path: Path, cable: Cable, recovery: Recovery
) -> None:
    pod = f"pod-{uuid.uuid4().hex}"
    newcomer = ServerProcess(cloud, tmp_path / "new", package, **behind(cable, "new"))
    with ServerProcess(cloud, tmp_path / "running", package, **behind(cable, pod)) as running:
        answered = ask(running, 50)
        cable.cut()
        answered |= ask(running, 200)
        starting = newcomer.spawn()
        said: str = starting.communicate(timeout=120)[0]
        assert starting.returncode not in (0, None)
        assert said.startswith("ml serve: the public key ")
        assert said.count("\n") == 1
        answered |= ask(running, 200)
        assert httpx.get(f"{running.url}/healthz/ready", timeout=30).status_code == 200
        assert not answered <= captured(cloud, pod).keys()
        with recovery.within(60, "the way from a server to AWS lost, once it is back"):
            cable.mend()
            wait_until(lambda: answered <= captured(cloud, pod).keys())
        assert set(captured(cloud, pod).values()) == {1}
        with recovery.within(30, "the same for a new server, one start later"), newcomer:
            asked = httpx.post(f"{newcomer.url}/v2/models/toy/infer", json=request(), timeout=30)
            assert asked.status_code == 200


def test_told_to_stop_meanwhile_a_server_ends_in_time_and_the_next_one_ships_the_rest(
    cloud: Cloud, package: Packaged, volume: Path, cable: Cable
) -> None:
    pod = f"pod-{uuid.uuid4().hex}"
    server = ServerProcess(cloud, volume, package, **behind(cable, pod)).start()
    answered = ask(server, 50)
    cable.cut()
    answered |= ask(server, 50)
    server.signal(signal.SIGTERM)
    assert server.wait(KUBELET_SECONDS) == 1  # "the rest is on the volume"
    assert list(volume.glob("*.seg"))
    cable.mend()
    with server:
        wait_until(lambda: answered <= captured(cloud, pod).keys())
    assert set(captured(cloud, pod).values()) == {1}


def test_the_collector_lives_on_and_merges_each_row_once_when_the_way_is_back(
    cloud: Cloud, cable: Cable, recovery: Recovery
) -> None:
    lake, port = Lake(cloud, f"model_{uuid.uuid4().hex}"), free_port()
    lake.ship(0, 0)
    process = command(replace(cloud, endpoint=cable.url), MODELYARD_PORT=str(port))
    try:
        wait_until(lambda: answers(f"http://127.0.0.1:{port}"))
        wait_until(lambda: held(cloud, lake) == len(lake.expected))
        cable.cut()
        lake.ship(0, 1)
        lake.ship(1, 0)
        # As often as the kubelet asks before it ends a container.
        for _ in range(3):
            assert httpx.get(f"http://127.0.0.1:{port}/healthz/live", timeout=10).is_success
        assert held(cloud, lake) < len(lake.expected)
        with recovery.within(60, "the way from the collector to AWS lost, once it is back"):
            cable.mend()
            wait_until(lambda: held(cloud, lake) == len(lake.expected))
        lake.check()
        process.terminate()
        assert process.wait(30) == 0
    finally:
        process.kill()
        process.communicate()


def held(cloud: Cloud, lake: Lake) -> int:
    """Rows of the table by now."""
    try:
        return rows(cloud, lake.model).height
    except TableNotFoundError:
        return 0
