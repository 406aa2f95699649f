"""A server that is told to stop loses no answer and no captured row, and says that it stops."""

from __future__ import annotations

import signal
import socket
import time
from pathlib import Path

import httpx
import pytest

from tests.ml.serving.cloud import Cloud, Packaged
from tests.ml.serving.lake import captured, wait_until
from tests.ml.serving.server_process import ServerProcess
from tests.ml.serving.traffic import Traffic

pytestmark = pytest.mark.process


def test_sigterm_under_load_loses_nothing(cloud: Cloud, package: Packaged, volume: Path) -> None:
    server = ServerProcess(cloud, volume, package, POD_NAME="drained").start()
    with Traffic(server.url) as traffic:
        traffic.wait_for(500)
        server.signal(signal.SIGTERM)
        assert server.wait() == 0
    assert traffic.broken == []
    assert traffic.statuses == {200}
    shipped = captured(cloud, "drained")
    assert set(shipped) == traffic.acknowledged
    assert set(shipped.values()) == {1}
    assert list(volume.glob("*.seg")) == list(volume.glob("*.open")) == []


def test_a_stopping_server_is_unready_at_once_and_still_answers(
    cloud: Cloud, package: Packaged, volume: Path
) -> None:
    # Longer than any machine takes for these questions: they are asked before it has ended.
    with (
        ServerProcess(cloud, volume, package, MODELYARD_DRAIN_SECONDS="600") as server,
        httpx.Client(base_url=server.url, timeout=30) as client,
    ):
        assert client.get("/v2/health/ready").status_code == 200
        server.signal(signal.SIGTERM)
        wait_until(lambda: client.get("/v2/health/ready").status_code == 503)
        for path in ("/v2/health/ready", "/healthz/ready"):
            answer = client.get(path)
            assert (answer.status_code, answer.json()["code"]) == (503, "draining")
            assert answer.headers["connection"] == "close"
        assert client.get("/healthz/live").status_code == 200
        assert client.get("/v2/models/toy").status_code == 200


def test_a_half_sent_request_does_not_hold_up_the_stop(
    cloud: Cloud, package: Packaged, volume: Path
) -> None:
    server = ServerProcess(cloud, volume, package, MODELYARD_DRAIN_SECONDS="0").start()
    with socket.create_connection(("127.0.0.1", server.port)) as connection:
        connection.sendall(b"POST /v2/models/toy/infer HTTP/1.1\r\nHost: x\r\n")
        started = time.monotonic()
        server.signal(signal.SIGTERM)
        assert server.wait() == 0
        assert time.monotonic() - started < 10
