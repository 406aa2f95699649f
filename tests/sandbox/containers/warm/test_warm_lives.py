"""Promise: a copy is held by who asked for it, whatever becomes of where it came from."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable

import psutil
import pytest

from sandbox.containers.process import Process
from sandbox.containers.warm.asking import is_there
from sandbox.containers.warm.forked import Forked
from sandbox.processes import HOLDER
from tests.sandbox.containers.conftest import Place
from tests.sandbox.containers.warm.commands import (
    Broker,
    gone,
    is_copy,
    said,
    start,
    until,
    waiting,
)

pytestmark = pytest.mark.process


def test_a_signal_reaches_the_command_and_its_code_comes_back(
    place: Place, python_image: str, broker: Broker
) -> None:
    with waiting(place, python_image) as (process, stdout):
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(0.05)
        assert process.poll() is None
        assert process.usage().memory_bytes > 0
        assert process.run(["cat", "/proc/1/comm"], timeout=60).returncode == 0
        assert process.stop(grace=60) == 3
        assert stdout.read() == b"bye\n"


@pytest.mark.parametrize(
    "end",
    [
        pytest.param(lambda process, broker: process.kill(), id="it is killed"),
        pytest.param(
            lambda process, broker: os.kill(process._wrapper.pid, signal.SIGKILL),
            id="its wrapper is killed",
        ),
    ],
)
def test_killed_it_leaves_nothing(
    place: Place, python_image: str, broker: Broker, end: Callable[[Process, Broker], None]
) -> None:
    with waiting(place, python_image) as (process, stdout):
        pid = process.pid
        end(process, broker)
        assert process.wait(60) == 128 + signal.SIGKILL
        assert stdout.read() == b""
    until(lambda: gone(pid))


def test_it_ends_with_whoever_asked_for_it(
    place: Place, python_image: str, broker: Broker
) -> None:
    with waiting(place, python_image) as (process, stdout):
        pid = process.pid
        # The same as when this process is killed: nobody holds the connection any more.
        assert isinstance(process._wrapper, Forked)
        process._wrapper._connection.close()
        assert stdout.read() == b""
    until(lambda: gone(pid))


def test_a_running_container_does_not_need_the_interpreter_any_more(
    place: Place, python_image: str, broker: Broker
) -> None:
    with waiting(place, python_image) as (process, _):
        broker.kill()
        broker.wait()
        until(lambda: not is_there(place.images))
        # The sandbox's supervisor adopts it then, and must not take it for what a dead part left.
        assert psutil.Process(process._wrapper.pid).name() == HOLDER
        assert process.stop(grace=60) == 3


def test_an_interpreter_that_was_killed_is_started_again(
    place: Place, python_image: str, broker: Broker
) -> None:
    said(start(place, python_image, "loaded"))
    for each in psutil.Process(broker.pid).children():
        each.kill()
        until(lambda pid=each.pid: gone(pid))
    process = start(place, python_image, "loaded")
    assert is_copy(process)
    said(process)


NODE = """
import subprocess, sys, psutil
from pathlib import Path
from tests.sandbox.containers.conftest import Place
from tests.sandbox.containers.warm.commands import is_copy, start
process = start(Place(Path(sys.argv[1]), int(sys.argv[2])), sys.argv[3], "waits")
assert is_copy(process)
process.stdout.readline()
print(psutil.Process(process.pid).cmdline(), process.usage().memory_bytes > 0, flush=True)
if sys.argv[4] == "stops it":
    print(process.stop(grace=60), flush=True)
else:
    input()
"""


def node(place: Place, image: str, then: str) -> "subprocess.Popen[str]":
    """A program with process ids of its own, as a node is, that runs a container."""
    inside = ["unshare", "--pid", "--fork", "--mount-proc", "--kill-child", sys.executable]
    return subprocess.Popen(
        [*inside, "-c", NODE, str(place.images), str(place.registry_port), image, then],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def test_a_node_with_process_ids_of_its_own_stops_it(
    place: Place, python_image: str, broker: Broker
) -> None:
    with node(place, python_image, "stops it") as process:
        said, _ = process.communicate(timeout=120)
    assert said == "['python', '-m', 'waits'] True\n3\n"


def test_it_ends_with_a_node_that_is_killed(
    place: Place, python_image: str, broker: Broker
) -> None:
    with node(place, python_image, "is killed") as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "['python', '-m', 'waits'] True\n"
        running = [
            each
            for each in psutil.Process(broker.pid).children(recursive=True)
            if each.cmdline() == ["python", "-m", "waits"]
        ]
        process.kill()
        process.wait(60)
    assert running
    for each in running:
        until(lambda pid=each.pid: gone(pid))
