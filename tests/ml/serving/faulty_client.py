"""The process around `faulty_server`, and what tests ask it."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from tests.ml.serving import faulty_server
from tests.ml.serving.faulty_server import LIMITS
from tests.ml.serving.server_process import REPOSITORY
from tests.ports import free_port

PATIENT = "600"
"""Seconds: no test sees a model that is stuck given up."""


@contextmanager
def faulty_client(
    volume: Path, deadline_seconds: float = LIMITS.deadline_seconds
) -> Iterator[httpx.Client]:
    """A client of a running server; the server has to end well."""
    port = free_port()
    arguments = [str(port), str(volume), PATIENT, str(deadline_seconds)]
    command = [sys.executable, "-m", faulty_server.__name__, *arguments]
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
    """Have the model do these things in one request."""
    tensor = {"name": "mode", "datatype": "INT32", "shape": [len(modes)], "data": list(modes)}
    return client.post("/v2/models/faulty/infer", json={"inputs": [tensor]})
