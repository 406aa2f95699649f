"""A real server process, as the container runs it, on a free loopback port."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import httpx

from tests.ml.serving.cloud import Cloud, Packaged
from tests.ports import free_port

REPOSITORY = Path(__file__).resolve().parents[3]
START_SECONDS = 180.0


class ServerProcess:
    """`python -m ml serve` with its own volume; starting again uses the same volume."""

    def __init__(
        self, cloud: Cloud, volume: Path, package: Packaged | None, **environment: str
    ) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.volume = volume
        self._environment = {
            "PATH": os.environ["PATH"],
            **cloud.environment,
            "MODELYARD_MODEL": "toy",
            "MODELYARD_VERSION": "3" if package else "",
            "MODELYARD_PACKAGE_URI": package.uri if package else "",
            "MODELYARD_PACKAGE_DIGEST": package.digest if package else "",
            "MODELYARD_SIGNING_KEY_ARN": cloud.key_arn,
            "MODELYARD_ENVIRONMENT": "dev",
            "MODELYARD_CAPTURE_URI": f"{cloud.lake}/capture/toy",
            "MODELYARD_CAPTURE_DIR": str(volume),
            "MODELYARD_DRAIN_SECONDS": "0.5",
            "MODELYARD_PORT": str(self.port),
            "POD_IP": "127.0.0.1",
            "POD_NAME": "toy-pod",
            **environment,
        }
        self.process: subprocess.Popen[str] | None = None

    def spawn(self) -> subprocess.Popen[str]:
        """Start the process without waiting for it."""
        self.process = subprocess.Popen(
            [sys.executable, "-m", "ml", "serve"],
            cwd=REPOSITORY,
            env=self._environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        return self.process

    def start(self) -> ServerProcess:
        """Start the process and wait until it is live."""
        process = self.spawn()
        give_up = time.monotonic() + START_SECONDS
        while time.monotonic() < give_up:
            if process.poll() is not None:
                raise AssertionError(f"the server ended: {process.communicate()[0]}")
            try:
                httpx.get(f"{self.url}/healthz/live", timeout=2)
            except httpx.TransportError:
                time.sleep(0.05)
            else:
                return self
        self.kill()
        raise AssertionError("the server did not start")

    def signal(self, number: int) -> None:
        """Send a signal."""
        assert self.process is not None
        self.process.send_signal(number)

    def wait(self, seconds: float = 40) -> int:
        """The exit code, once it ended."""
        assert self.process is not None
        code = self.process.wait(seconds)
        if self.process.stdout is not None:
            self.process.stdout.close()
        return code

    def kill(self) -> None:
        """End it as a node would in an emergency."""
        if self.process is not None and self.process.poll() is None:
            self.signal(signal.SIGKILL)
        self.wait()

    def __enter__(self) -> ServerProcess:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.kill()


def request(rows: int = 1, **changes: Any) -> dict[str, Any]:
    """A request that the toy model answers, with some inputs replaced."""
    data = {"age": [0.5] * rows, "weight": [1.0] * rows, "pulse": [-1.0] * rows, **changes}
    return {
        "inputs": [
            {"name": name, "datatype": "FP32", "shape": [len(values)], "data": values}
            for name, values in data.items()
        ]
    }
