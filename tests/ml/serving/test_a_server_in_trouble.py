"""A server whose disk is full, whose memory is short or whose model hangs says so and recovers."""

from __future__ import annotations

import resource
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import psutil
import pytest

from tests.ml.serving.cloud import Cloud, Packaged, make_package
from tests.ml.serving.fault_proxy import Fault, FaultProxy
from tests.ml.serving.lake import captured, wait_until
from tests.ml.serving.server_process import REPOSITORY, ServerProcess, request
from tests.ports import free_port
from tests.recovery import Recovery

pytestmark = pytest.mark.process

KUBELET_SECONDS = 0.2
"""Between two probes; the pod's own are 10 s apart, and three must fail."""
FAILURES = 3


def bounded(server: ServerProcess, limit: int, size: int) -> None:
    """Let a running process have no more than `size` of something."""
    assert server.process is not None
    hard = psutil.Process(server.process.pid).rlimit(limit)[1]
    psutil.Process(server.process.pid).rlimit(limit, (size, hard))


def test_a_full_volume_stops_answers_until_there_is_room(
    cloud: Cloud, package: Packaged, volume: Path, recovery: Recovery
) -> None:
    """The limit on the size of files stands for the disk's: the same write is refused."""
    with (
        ServerProcess(cloud, volume, package, POD_NAME="full") as server,
        httpx.Client(base_url=server.url, timeout=30) as client,
    ):

        def ask() -> httpx.Response:
            return client.post("/v2/models/toy/infer", json=request())

        kept = [ask().json()["parameters"]["prediction_id"]]
        wait_until(lambda: not list(volume.glob("*.open")))
        bounded(server, resource.RLIMIT_FSIZE, 0)
        for _ in range(50):
            answer = ask()
            assert (answer.status_code, answer.json()["code"]) == (503, "capture_unavailable")
        assert client.get("/healthz/live").status_code == 200
        # No file per refused request: they would use the volume up, and the lake's list after it.
        assert len([*volume.glob("*.open"), *volume.glob("*.seg")]) <= 1
        bounded(server, resource.RLIMIT_FSIZE, resource.RLIM_INFINITY)
        with recovery.within(5, "a full capture volume, once there is room"):
            while (answer := ask()).status_code != 200:
                time.sleep(0.01)
        kept.append(answer.json()["parameters"]["prediction_id"])
        wait_until(lambda: {(id, 0) for id in kept} <= captured(cloud, "full").keys())
    assert set(captured(cloud, "full").values()) == {1}


@contextmanager
def faulty(port: int, volume: Path, memory_mib: int = 0) -> Iterator[subprocess.Popen[bytes]]:
    """A server whose model does what its input says; with so much memory beyond its own."""
    command = [sys.executable, "-m", "tests.ml.serving.faulty_server", str(port), str(volume)]
    process = subprocess.Popen(command, cwd=REPOSITORY, stdout=subprocess.DEVNULL)
    wait_until(lambda: lives(port))
    if memory_mib:
        own = psutil.Process(process.pid)
        size = own.memory_info().vms + memory_mib * 1024 * 1024
        own.rlimit(resource.RLIMIT_AS, (size, size))
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def lives(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/healthz/live", timeout=5).status_code == 200
    except httpx.TransportError:
        return False


def ask_faulty(port: int, *modes: int) -> httpx.Response:
    tensor = {"name": "mode", "datatype": "INT32", "shape": [len(modes)], "data": list(modes)}
    address = f"http://127.0.0.1:{port}/v2/models/faulty/infer"
    return httpx.post(address, json={"inputs": [tensor]}, timeout=30)


def test_a_request_that_would_take_all_memory_is_refused_and_the_next_is_answered(
    tmp_path: Path, recovery: Recovery
) -> None:
    port = free_port()
    with faulty(port, tmp_path, memory_mib=300) as process:
        answer = ask_faulty(port, -1)
        assert (answer.status_code, answer.json()["code"]) == (500, "model_failed")
        with recovery.within(5, "a request beyond the memory limit"):
            assert ask_faulty(port, 0).status_code == 200
        assert process.poll() is None


def test_a_model_that_hangs_for_good_fails_its_probe_and_a_new_process_answers(
    tmp_path: Path, recovery: Recovery
) -> None:
    port = free_port()
    with recovery.within(40, "a model that hangs (probed every 0.2 s)"):
        with faulty(port, tmp_path) as hanging:
            assert ask_faulty(port, 600_000).status_code == 504
            failures = 0
            give_up = time.monotonic() + 60
            while failures < FAILURES:
                # As the kubelet does: so many failures in a row, then the container is ended.
                failures = failures + 1 if not lives(port) else 0
                assert time.monotonic() < give_up
                time.sleep(KUBELET_SECONDS)
            hanging.send_signal(signal.SIGTERM)
            assert hanging.wait(35) is not None  # no thread keeps it beyond the pod's 40 s
        with faulty(port, tmp_path):
            assert ask_faulty(port, 0).status_code == 200


def test_a_store_that_is_gone_at_the_start_is_one_line_and_back_it_is_a_server(
    cloud: Cloud, volume: Path, recovery: Recovery
) -> None:
    package = make_package(cloud, "gone")
    with FaultProxy(cloud.endpoint).running() as proxy:
        proxy.faults = [Fault("GET", "artifacts", 1000, status=404, code="NoSuchBucket")]
        there = {"AWS_ENDPOINT_URL_S3": proxy.url}
        process = ServerProcess(cloud, volume, package, **there).spawn()
        said: str = process.communicate(timeout=180)[0]
        assert process.returncode not in (0, None)
        assert said == f"ml serve: {package.uri}: does not exist\n"
        proxy.faults = [Fault("GET", "artifacts", 2, status=503, code="SlowDown")]
        server = ServerProcess(cloud, volume, package, **there)
        with (
            recovery.within(30, "a model store that was gone and throttles when it is back"),
            server,
            httpx.Client(base_url=server.url, timeout=30) as client,
        ):
            assert client.post("/v2/models/toy/infer", json=request()).status_code == 200
            # And gone again while it runs: it has what it needs.
            proxy.faults = [Fault("GET", "", 1000, status=503, code="SlowDown")]
            answer = client.post("/v2/models/toy/infer", json=request())
            assert (answer.status_code, answer.json()["model_version"]) == (200, "3")
