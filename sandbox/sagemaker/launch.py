"""Starts a step's container; a small border, so that plain processes can be put there."""

import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Protocol

from sandbox.layout import Layout
from sandbox.sagemaker.jobs import Job

TOKEN_FILE = "/var/run/secrets/sandbox/token"
"""Where a container finds the token that its credentials are asked with."""


class Running(Protocol):
    """A started container."""

    @property
    def pid(self) -> int:
        """Process id, for the record."""

    @property
    def stdout(self) -> IO[bytes] | None:
        """Everything it says."""

    def wait(self, timeout: float | None = None) -> int:
        """Return the exit code; raise subprocess.TimeoutExpired."""

    def terminate(self) -> None:
        """Ask it to end."""

    def kill(self) -> None:
        """End it."""


class Launcher(Protocol):
    """Starts containers."""

    def launch(self, job: Job, environment: Mapping[str, str], scratch: Path) -> Running:
        """Start the job with `scratch` as its disk; `scratch/token` holds its token."""


class ContainerLauncher:
    """Runs each step in a container of its image, by digest, from the sandbox's registry."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout

    def launch(self, job: Job, environment: Mapping[str, str], scratch: Path) -> Running:
        """Start the container."""
        from sandbox.containers import Container, Mount

        disk = {name: scratch / name for name in ("tmp", "ml")}
        for folder in disk.values():
            folder.mkdir(parents=True, exist_ok=True)
            folder.chmod(0o1777)
        token = scratch / "token"
        return Container(
            layout=self._layout,
            image=job.image,
            argv=job.argv,
            env={**environment, "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": TOKEN_FILE},
            mounts=[
                Mount(source=disk["tmp"], target="/tmp", read_only=False),
                Mount(source=disk["ml"], target="/opt/ml", read_only=False),
                Mount(source=token, target=TOKEN_FILE, read_only=True),
            ],
        ).start(stdout=subprocess.PIPE)
