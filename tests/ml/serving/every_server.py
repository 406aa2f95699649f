"""The process around `every_type_server`, and what tests ask and tell it."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import httpx
import psutil

from ml.deployment.server.predictor import Field
from tests.ml.serving.every_type_server import MODEL, EveryType
from tests.ml.serving.server_process import REPOSITORY
from tests.ports import free_port

INFER = f"/v2/models/{MODEL}/infer"
PATIENCE_SECONDS = 40.0
"""For what takes two seconds on an idle machine; an idle connection is borne for 75."""
GOOD: dict[str, Any] = {"BOOL": True, "BYTES": "text", "FP32": 0.5, "FP64": 0.5}


class EveryServer:
    """A real server on loopback."""

    def __init__(self, volume: Path) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._volume = volume

    def __enter__(self) -> EveryServer:
        module = "tests.ml.serving.every_type_server"
        self._process = subprocess.Popen(
            [sys.executable, "-m", module, str(self.port), str(self._volume)],
            cwd=REPOSITORY,
            stdout=subprocess.DEVNULL,
        )
        self._client = httpx.Client(base_url=self.url, timeout=30)
        give_up = time.monotonic() + 60
        while time.monotonic() < give_up:
            try:
                self._client.get("/healthz/live")
            except httpx.TransportError:
                time.sleep(0.05)
            else:
                return self
        raise AssertionError("the server did not start")

    def __exit__(self, *_: object) -> None:
        self._client.close()
        self._process.terminate()
        self._process.wait(60)

    @property
    def resident_bytes(self) -> int:
        """What it holds in memory now."""
        return int(psutil.Process(self._process.pid).memory_info().rss)

    @property
    def processor_seconds(self) -> float:
        """What it has used of a processor so far, in steps of a hundredth."""
        used = psutil.Process(self._process.pid).cpu_times()
        return float(used.user + used.system)

    def post(
        self, content: bytes, headers: dict[str, str] | None = None, *, path: str = INFER
    ) -> httpx.Response:
        """Ask with any bytes."""
        return self._client.post(path, content=content, headers=headers)

    def is_well(self) -> bool:
        """Whether it answers a good request."""
        try:
            return self._client.post(INFER, json=request()).status_code == 200
        except httpx.TransportError:
            return False

    def holds(self, connection: socket.socket) -> bool:
        """Whether its end of a connection is still there."""
        port = connection.getsockname()[1]
        held = psutil.Process(self._process.pid).net_connections("tcp")
        return any(each.raddr and each.raddr.port == port for each in held)

    def connect(self, *, window: int = 0) -> socket.socket:
        """A plain connection; a small `window` makes it a slow reader."""
        connection = socket.socket()
        if window:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, window)
        connection.settimeout(PATIENCE_SECONDS)
        connection.connect(("127.0.0.1", self.port))
        return connection


def tensor(field: Field, rows: int = 1, **changes: Any) -> dict[str, Any]:
    """One input as it should be, but for some changes."""
    good = GOOD.get(field.datatype, 1)
    return {
        "name": field.name,
        "datatype": field.datatype,
        "shape": [rows],
        "data": [good] * rows,
    } | changes


def request(rows: int = 1) -> dict[str, Any]:
    """A request that is answered."""
    return {"inputs": [tensor(field, rows) for field in EveryType.inputs]}


def read_to_end(connection: socket.socket) -> bytes:
    """Everything until the server closes; a reset counts as a close."""
    received = b""
    try:
        while part := connection.recv(65536):
            received += part
    except ConnectionResetError:
        pass
    return received
