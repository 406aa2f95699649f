"""The collector process merges what servers ship, answers its probes, and stops cleanly."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator

import httpx
import pytest

from ml.monitoring.collecting import Loop
from ml.monitoring.collector import Collected
from tests.ml.serving.cloud import Cloud
from tests.ml.serving.lake import wait_until
from tests.ml.serving.server_process import REPOSITORY
from tests.ml.serving.shipping import Lake
from tests.ports import free_port

pytestmark = pytest.mark.process


def command(cloud: Cloud, *flags: str, **environment: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "ml", "collect", *flags],
        cwd=REPOSITORY,
        env={
            "PATH": os.environ["PATH"],
            **cloud.environment,
            "MODELYARD_LAKE": cloud.lake,
            "MODELYARD_COLLECT_SECONDS": "0.2",
            **environment,
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


@pytest.fixture
def running(cloud: Cloud) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    port = free_port()
    process = command(cloud, MODELYARD_PORT=str(port))
    yield f"http://127.0.0.1:{port}", process
    process.kill()
    process.communicate()


def answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/healthz/ready", timeout=30).status_code == 200
    except httpx.TransportError:
        return False


def test_it_merges_what_arrives_and_stops_when_told(
    cloud: Cloud, running: tuple[str, subprocess.Popen[str]]
) -> None:
    url, process = running
    wait_until(lambda: answers(url), 60)
    lake = Lake(cloud, "collected_process")
    lake.ship(0, 0)
    lake.ship(0, 1)
    merged = 'modelyard_collected_rows_total{table="predictions/collected_process"} 12.0'
    wait_until(lambda: merged in httpx.get(f"{url}/metrics", timeout=30).text, 60)
    lake.check()
    assert httpx.get(f"{url}/healthz/live", timeout=30).json()["alive"]
    assert httpx.get(f"{url}/other", timeout=30).status_code == 404
    process.terminate()
    assert process.wait(30) == 0


def test_once_merges_what_is_there_and_ends(cloud: Cloud) -> None:
    lake = Lake(cloud, "collected_once")
    lake.ship(0, 0)
    process = command(cloud, "--once")
    assert process.communicate(timeout=60)[0].count("Traceback") == 0
    assert process.returncode == 0
    lake.check()


def test_without_a_lake_it_says_what_is_missing(cloud: Cloud) -> None:
    process = command(cloud, MODELYARD_LAKE="")
    said = process.communicate(timeout=60)[0].strip()
    assert (process.returncode, said) == (
        2,
        "ml collect: MODELYARD_LAKE is ''; allowed: s3://bucket",
    )


def test_a_model_that_fails_does_not_stop_the_others() -> None:
    turns: list[str] = []

    def collect(model: str) -> Collected:
        turns.append(model)
        if len(turns) >= 4:
            loop.stop()
        if model == "broken":
            raise ConnectionError("no lake")
        return Collected(rows=2)

    loop = Loop(lambda: ["broken", "sound"], collect, 0)
    loop.run()
    assert turns == ["broken", "sound", "broken", "sound"]
    assert loop.alive
    assert loop.status == {"sound": {"rows": 4, "waiting": 0}}
    assert b"modelyard_collector_failures_total 2.0" in loop.page("/metrics")[2]
