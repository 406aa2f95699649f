"""Containers of the image with a Python, as the tests start and read them."""

import contextlib
import subprocess
import time
from collections.abc import Callable, Iterator
from typing import IO, Any

import psutil

from sandbox.containers import Container
from sandbox.containers.process import Process
from sandbox.containers.warm.forked import Forked
from tests.sandbox.containers.conftest import Place

Broker = subprocess.Popen[bytes]


def start(place: Place, image: str, module: str, *arguments: str, **options: Any) -> Process:
    argv = ["python", "-m", module, *arguments]
    made = Container(layout=place, image=image, argv=argv, **options)
    return made.start(subprocess.PIPE, options.pop("stderr", subprocess.STDOUT))


def said(process: Process) -> str:
    """All of it, to the end."""
    assert process.stdout is not None
    with process.stdout as stdout:
        text = stdout.read().decode()
    process.wait(60)
    return text


def gone(pid: int) -> bool:
    """Ended, if not yet collected by whoever adopted it."""
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def until(look: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not look():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def is_copy(process: Process) -> bool:
    return isinstance(process._wrapper, Forked)


@contextlib.contextmanager
def waiting(place: Place, image: str) -> Iterator[tuple[Process, IO[bytes]]]:
    """A copy that waits to be told to end, and what it says from then on."""
    process = start(place, image, "waits")
    assert is_copy(process)
    assert process.stdout is not None
    with process.stdout as stdout:
        assert stdout.readline() == b"up\n"
        yield process, stdout
