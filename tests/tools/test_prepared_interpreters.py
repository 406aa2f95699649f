"""Promise: a module runs the same in a prepared interpreter as in one started for it alone."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import pytest

from tools.language_host.interpreter import SPAWN
from tools.language_host.spawn import STATUS, address

pytestmark = pytest.mark.process

CHECKOUT = Path(__file__).parents[2]
SEEN = """
import json, os, signal, sys
print(json.dumps({
    "arguments": sys.argv[1:], "name": __name__, "folder": os.getcwd(), "input": sys.stdin.read(),
    "file": sys.argv[0], "mine": os.environ.get("MINE"), "umask": os.umask(0), "path": sys.path,
    "handler": signal.getsignal(signal.SIGINT) is signal.default_int_handler,
}))
print("to the errors", file=sys.stderr)
"""
WAITS = """
import os, signal, sys, time
signal.signal(signal.SIGTERM, lambda *_: sys.exit(9))
open("running", "w").write(str(os.getpid()))
time.sleep(30)
"""


@dataclass(kw_only=True)
class Place:
    """A folder with modules, and the variables that lead to a fork server or to none."""

    folder: Path
    environment: dict[str, str]
    started: list["subprocess.Popen[str]"] = field(default_factory=list)

    def __enter__(self) -> "Place":
        return self

    def __exit__(self, *_: object) -> None:
        for process in self.started:
            process.kill()
            process.communicate()

    def start(self, module: str, *arguments: str) -> "subprocess.Popen[str]":
        """Start a module as the engine's language host would."""
        process = subprocess.Popen(
            [*SPAWN, module, *arguments],
            cwd=self.folder,
            env={**self.environment, "MINE": "7", "PYTHONPATH": str(self.folder)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            umask=0o027,
        )
        self.started.append(process)
        return process

    def run(self, code: str, *arguments: str, given: str = "") -> tuple[int, str, str]:
        """Write the code into a module, run it, and return its status and both outputs."""
        (self.folder / "module_of_a_test.py").write_text(code)
        process = self.start("module_of_a_test", *arguments)
        out, error = process.communicate(given, timeout=60)
        return process.returncode, out, error


def plain_environment() -> dict[str, str]:
    return {name: os.environ[name] for name in os.environ if name != "MODELYARD_SANDBOX_ROOT"}


@contextlib.contextmanager
def serving(root: Path, memory: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """A fork server of the sandbox in `root`, which listens."""
    root.mkdir()
    process = subprocess.Popen(
        [sys.executable, "-m", "tools.language_host.fork_server", str(root), str(memory)],
        env={**plain_environment(), "PYTHONPATH": str(CHECKOUT)},
    )
    deadline = time.monotonic() + 30
    name = f"@modelyard-fork-server:{root}"
    while name not in Path("/proc/net/unix").read_text():
        assert time.monotonic() < deadline, "the fork server does not listen"
        time.sleep(0.05)
    try:
        yield process
    finally:
        process.terminate()
        process.wait()


@pytest.fixture
def server(tmp_path: Path) -> Iterator["subprocess.Popen[bytes]"]:
    with serving(tmp_path / "sandbox", tmp_path / "cache" / "imports.json") as process:
        yield process


@pytest.fixture
def plain(tmp_path: Path) -> Iterator[Place]:
    with Place(folder=tmp_path, environment=plain_environment()) as place:
        yield place


@pytest.fixture
def prepared(tmp_path: Path, server: "subprocess.Popen[bytes]") -> Iterator[Place]:
    environment = {**plain_environment(), "MODELYARD_SANDBOX_ROOT": str(tmp_path / "sandbox")}
    with Place(folder=tmp_path, environment=environment) as place:
        yield place


def forks(server: "subprocess.Popen[bytes]") -> list[psutil.Process]:
    return psutil.Process(server.pid).children()


def pid_of_waiting(place: Place) -> int:
    deadline = time.monotonic() + 30
    while not (place.folder / "running").exists() or not (place.folder / "running").read_text():
        assert time.monotonic() < deadline, "the module does not run"
        time.sleep(0.05)
    return int((place.folder / "running").read_text())


def test_a_module_sees_the_same_world(plain: Place, prepared: Place) -> None:
    status, out, error = prepared.run(SEEN, "--flag", "a b", given="hello")
    assert (status, out, error) == plain.run(SEEN, "--flag", "a b", given="hello")
    seen = json.loads(out)
    assert seen["arguments"] == ["--flag", "a b"]
    assert (seen["name"], seen["input"], seen["mine"]) == ("__main__", "hello", "7")
    assert error == "to the errors\n"


@pytest.mark.parametrize(
    "code",
    [
        "import sys; sys.exit(7)",
        "import sys; sys.exit('a reason')",
        "raise SystemExit",
        "import os; os._exit(5)",
        "import os, signal; os.kill(os.getpid(), signal.SIGKILL)",
        "import atexit; atexit.register(print, 'at the end')",
        "import threading, time; threading.Thread(target=lambda: print(time.sleep(0.2))).start()",
    ],
)
def test_a_module_ends_the_same_way(plain: Place, prepared: Place, code: str) -> None:
    assert prepared.run(code) == plain.run(code)


def test_an_error_is_shown_and_counts(prepared: Place) -> None:
    status, _, error = prepared.run("raise ValueError('what went wrong')")
    assert status == 1
    assert error.endswith("ValueError: what went wrong\n")


def test_an_edit_shows_in_the_next_run(prepared: Place) -> None:
    (prepared.folder / "beside.py").write_text("value = 'old'")
    assert prepared.run("import beside; print(beside.value)")[1] == "old\n"
    (prepared.folder / "beside.py").write_text("value = 'quite new'")
    assert prepared.run("import beside; print(beside.value)")[1] == "quite new\n"


def test_it_is_a_fork_of_the_server(prepared: Place, server: "subprocess.Popen[bytes]") -> None:
    (prepared.folder / "waits.py").write_text(WAITS)
    prepared.start("waits")
    assert pid_of_waiting(prepared) in {each.pid for each in forks(server)}


def test_a_signal_reaches_the_module(prepared: Place) -> None:
    (prepared.folder / "waits.py").write_text(WAITS)
    process = prepared.start("waits")
    pid_of_waiting(prepared)
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=10) == 9


def test_a_module_goes_with_who_asked_for_it(prepared: Place) -> None:
    (prepared.folder / "waits.py").write_text(WAITS)
    process = prepared.start("waits")
    module = psutil.Process(pid_of_waiting(prepared))
    process.kill()
    module.wait(timeout=10)
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
    deadline = time.monotonic() + 10
    while forks(server):
        assert time.monotonic() < deadline, "a module runs that nobody waits for"
        time.sleep(0.05)


def test_what_one_module_imported_is_loaded_for_the_next(prepared: Place) -> None:
    code = "import sys; print('jinja2' in sys.modules); import jinja2"
    assert prepared.run(code)[1] == "False\n"
    deadline = time.monotonic() + 30
    while prepared.run(code)[1] == "False\n":
        assert time.monotonic() < deadline, "jinja2 is imported by every module anew"


def test_what_was_imported_in_one_sandbox_is_loaded_for_the_next(
    prepared: Place, server: "subprocess.Popen[bytes]", tmp_path: Path
) -> None:
    prepared.run("import jinja2")
    memory = tmp_path / "cache" / "imports.json"
    deadline = time.monotonic() + 30
    while not memory.exists() or '"jinja2"' not in memory.read_text():
        assert time.monotonic() < deadline, "what was imported is not remembered"
        time.sleep(0.05)
    with serving(tmp_path / "next", memory):
        prepared.environment["MODELYARD_SANDBOX_ROOT"] = str(tmp_path / "next")
        while prepared.run("import sys; print('jinja2' in sys.modules)")[1] == "False\n":
            assert time.monotonic() < deadline, "the next sandbox learns it anew"


def test_a_server_that_died_is_not_missed(
    prepared: Place, plain: Place, server: "subprocess.Popen[bytes]"
) -> None:
    server.kill()
    server.wait()
    assert prepared.run(SEEN) == plain.run(SEEN)


def test_a_module_whose_server_dies_says_so(
    prepared: Place, server: "subprocess.Popen[bytes]"
) -> None:
    (prepared.folder / "waits.py").write_text(WAITS)
    process = prepared.start("waits")
    module = psutil.Process(pid_of_waiting(prepared))
    server.kill()
    _, error = process.communicate(timeout=10)
    assert process.returncode == 1
    assert "fork server ended" in error
    module.wait(timeout=10)


def test_another_interpreter_is_not_served(prepared: Place, plain: Place) -> None:
    other = Path(sys.base_prefix) / "bin" / f"python3.{sys.version_info.minor}"
    code = "import sys; print('pulumi' in sys.modules)"
    (prepared.folder / "module_of_a_test.py").write_text(code)
    done = subprocess.run(
        [str(other), *SPAWN[1:], "module_of_a_test"],
        cwd=prepared.folder,
        env={**prepared.environment, "PYTHONPATH": str(prepared.folder)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "False\n"
