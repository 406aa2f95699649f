"""A running container: signals reach the command itself, and killing it leaves nothing."""

import contextlib
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import IO, Protocol

import psutil


@dataclass(frozen=True, kw_only=True)
class Usage:
    """What a container uses now."""

    cpu_nanoseconds: int
    memory_bytes: int


class Wrapper(Protocol):
    """The process that holds a container's namespaces, of which the command is the only child."""

    stdout: IO[bytes] | None
    stderr: IO[bytes] | None
    pid: int

    def poll(self) -> int | None:
        """Exit code, None while it runs."""

    def wait(self, timeout: float | None = None) -> int:
        """Wait for the end; raises `subprocess.TimeoutExpired`."""


class Process:
    """The command of a container, seen through the wrapper that holds its namespaces."""

    def __init__(
        self,
        wrapper: Wrapper,
        *,
        env: Mapping[str, str],
        enter: Sequence[str] | None,
    ) -> None:
        self._wrapper = wrapper
        self._env = dict(env)
        self._enter = enter
        """Command that drops rights inside the namespaces; None where there are none."""
        self._inner: psutil.Process | None = None

    @property
    def stdout(self) -> IO[bytes] | None:
        """The pipe, if one was asked for."""
        return self._wrapper.stdout

    @property
    def stderr(self) -> IO[bytes] | None:
        """The pipe, if one was asked for."""
        return self._wrapper.stderr

    @property
    def pid(self) -> int:
        """Of the command, as the host sees it; of the wrapper while it starts."""
        inner = self._command()
        return self._wrapper.pid if inner is None else inner.pid

    def poll(self) -> int | None:
        """Exit code as a shell shows it (137 for SIGKILL), None while it runs."""
        return _code(self._wrapper.poll())

    def wait(self, timeout: float | None = None) -> int:
        """Wait for the end; raises `subprocess.TimeoutExpired`."""
        code = _code(self._wrapper.wait(timeout))
        return 0 if code is None else code

    def terminate(self) -> None:
        """Ask it to stop (SIGTERM)."""
        self.send(signal.SIGTERM)

    def send(self, number: signal.Signals) -> None:
        """Send a signal to the command itself."""
        if self._wrapper.poll() is not None:
            return
        with contextlib.suppress(ProcessLookupError, psutil.NoSuchProcess):
            inner = self._command()
            if self._enter is None or inner is None:
                os.killpg(self._wrapper.pid, number)
            else:
                inner.send_signal(number)

    def kill(self) -> None:
        """End it and everything it started, at once."""
        self.send(signal.SIGKILL)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._wrapper.wait(5)
        if self._wrapper.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._wrapper.pid, signal.SIGKILL)
            self._wrapper.wait()

    def stop(self, grace: float) -> int:
        """Ask, wait up to `grace` seconds, then kill; return the exit code."""
        self.terminate()
        try:
            return self.wait(max(grace, 0.05))
        except subprocess.TimeoutExpired:
            self.kill()
            return self.wait()

    def run(self, argv: Sequence[str], timeout: float) -> subprocess.CompletedProcess[bytes]:
        """Run another command inside the container; raises `subprocess.TimeoutExpired`."""
        command = list(argv)
        if self._enter is not None:
            nsenter = shutil.which("nsenter") or "nsenter"
            target = ["--target", str(self.pid), "--mount", "--pid", "--root", "--wd"]
            if os.geteuid() != 0:
                target += ["--user", "--preserve-credentials"]
            command = [nsenter, *target, "--", *self._enter, *argv]
        return subprocess.run(
            command,
            env=self._env,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=timeout,
            check=False,
        )

    def usage(self) -> Usage:
        """Processor time so far and memory now, of everything in the container."""
        spent = memory = 0.0
        with contextlib.suppress(psutil.NoSuchProcess):
            inner = self._command() or psutil.Process(self._wrapper.pid)
            for each in (inner, *inner.children(recursive=True)):
                with contextlib.suppress(psutil.NoSuchProcess):
                    times = each.cpu_times()
                    spent += times.user + times.system
                    memory += each.memory_info().rss
        return Usage(cpu_nanoseconds=int(spent * 1e9), memory_bytes=int(memory))

    def _command(self) -> psutil.Process | None:
        """The wrapper's only child; it is forked a moment after the start."""
        if self._enter is None:
            return None
        for _ in range(50):
            if self._inner is not None or self._wrapper.poll() is not None:
                break
            with contextlib.suppress(psutil.NoSuchProcess):
                children = psutil.Process(self._wrapper.pid).children()
                if children:
                    self._inner = children[0]
                    break
            time.sleep(0.01)
        return self._inner


def _code(code: int | None) -> int | None:
    return 128 - code if code is not None and code < 0 else code
