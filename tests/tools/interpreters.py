"""Modules that run in an interpreter of their own, or in a fork of a server that prepared one."""

import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from tools.language_host.interpreter import SPAWN

CHECKOUT = Path(__file__).parents[2]
WAITS = """
import os, signal, sys, time
signal.signal(signal.SIGTERM, lambda *_: sys.exit(9))
open("running", "w").write(str(os.getpid()))
time.sleep(600)
"""
"""Runs far longer than a test waits for it to be ended."""
PATIENCE_SECONDS = 120.0
"""For what takes seconds on an idle machine: interpreters that import much, or that end."""


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
        out, error = process.communicate(given, timeout=PATIENCE_SECONDS)
        return process.returncode, out, error


def plain_environment() -> dict[str, str]:
    """Variables that lead to no fork server."""
    return {name: os.environ[name] for name in os.environ if name != "MODELYARD_SANDBOX_ROOT"}


@contextlib.contextmanager
def serving(root: Path, memory: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """A fork server of the sandbox in `root`, which listens."""
    root.mkdir()
    process = subprocess.Popen(
        [sys.executable, "-m", "tools.language_host.fork_server", str(root), str(memory)],
        env={**plain_environment(), "PYTHONPATH": str(CHECKOUT)},
    )
    deadline = time.monotonic() + PATIENCE_SECONDS
    name = f"@modelyard-fork-server:{root}"
    while name not in Path("/proc/net/unix").read_text():
        assert time.monotonic() < deadline, "the fork server does not listen"
        time.sleep(0.05)
    try:
        yield process
    finally:
        process.terminate()
        process.wait()


def forks(server: "subprocess.Popen[bytes]") -> list[psutil.Process]:
    """The modules that a server runs."""
    return psutil.Process(server.pid).children()


def pid_of_waiting(place: Place) -> int:
    """The process of a module of `WAITS`, once it runs."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not (place.folder / "running").exists() or not (place.folder / "running").read_text():
        assert time.monotonic() < deadline, "the module does not run"
        time.sleep(0.05)
    return int((place.folder / "running").read_text())
