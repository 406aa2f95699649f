"""A module that a server forked is at the orders of whoever asked for it, and ends with them."""

import json
import signal
import socket
import subprocess
import sys
import time

import psutil
import pytest

from tests.tools.interpreters import (
    PATIENCE_SECONDS,
    WAITS,
    Place,
    forks,
    pid_of_waiting,
)
from tools.language_host.spawn import STATUS, address

pytestmark = pytest.mark.process


def test_it_is_a_fork_of_the_server(prepared: Place, server: "subprocess.Popen[bytes]") -> None:
    (prepared.folder / "waits.py").write_text(WAITS)
    prepared.start("waits")
    assert pid_of_waiting(prepared) in {each.pid for each in forks(server)}


def test_a_signal_reaches_the_module(prepared: Place) -> None:
    (prepared.folder / "waits.py").write_text(WAITS)
    process = prepared.start("waits")
    pid_of_waiting(prepared)
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=PATIENCE_SECONDS) == 9


def test_a_module_goes_with_who_asked_for_it(prepared: Place) -> None:
    (prepared.folder / "waits.py").write_text(WAITS)
    process = prepared.start("waits")
    module = psutil.Process(pid_of_waiting(prepared))
    process.kill()
    module.wait(timeout=PATIENCE_SECONDS)
    assert not module.is_running()


def test_nothing_runs_for_one_who_left_while_asking(
    prepared: Place, server: "subprocess.Popen[bytes]"
) -> None:
    (prepared.folder / "waits.py").write_text(WAITS)
    request = json.dumps({
        "python": sys.executable,
        "module": "waits",
        "arguments": [],
        "directory": str(prepared.folder),
        "environment": {**prepared.environment, "PYTHONPATH": str(prepared.folder)},
        "umask": 0o027,
    }).encode()  # fmt: skip
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(address(str(prepared.folder / "sandbox")))
        socket.send_fds(connection, [STATUS.pack(len(request))], [0, 1, 2])
        connection.sendall(request)
    # Served after that one: by now it has been forked, if it ever is.
    assert prepared.run("print('here')")[1] == "here\n"
    deadline = time.monotonic() + PATIENCE_SECONDS
    while forks(server):
        assert time.monotonic() < deadline, "a module runs that nobody waits for"
        time.sleep(0.05)


def test_a_module_whose_server_dies_says_so(
    prepared: Place, server: "subprocess.Popen[bytes]"
) -> None:
    (prepared.folder / "waits.py").write_text(WAITS)
    process = prepared.start("waits")
    module = psutil.Process(pid_of_waiting(prepared))
    server.kill()
    _, error = process.communicate(timeout=PATIENCE_SECONDS)
    assert process.returncode == 1
    assert "fork server ended" in error
    module.wait(timeout=PATIENCE_SECONDS)
