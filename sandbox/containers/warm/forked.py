"""A command that a warm interpreter became, seen from who asked for it."""

import contextlib
import os
import select
import signal
import socket
import subprocess
import threading
from typing import IO

from sandbox.containers.warm.warm_inside.requests import NUMBER

LOST = 128 + signal.SIGKILL
"""The exit code of a command whose wrapper was killed: the command was killed with it."""


class Forked:
    """As much of `subprocess.Popen` as a container's process needs.

    The connection holds the command: when this object or its process ends, so does the command.
    """

    stdout: IO[bytes] | None = None
    stderr: IO[bytes] | None = None

    def __init__(self, connection: socket.socket) -> None:
        """Take over a connection on which the request was sent; raises OSError if refused."""
        self._said = b""
        self._lock = threading.Lock()
        self._code: int | None = None
        self._connection = connection
        first = connection.recv(NUMBER.size, socket.MSG_WAITALL)
        if len(first) < NUMBER.size:
            raise ConnectionRefusedError("the warm interpreter refused")
        self.pid = int(NUMBER.unpack(first)[0])
        """Of the wrapper that holds the namespaces."""
        connection.setblocking(False)

    def __del__(self) -> None:
        # Not as soon as the command has ended: a thread may still wait on the file number, which
        # would be another file's soon.
        self._connection.close()

    def poll(self) -> int | None:
        """Exit code, None while it runs."""
        with self._lock:
            if self._code is None:
                self._listen()
            return self._code

    def wait(self, timeout: float | None = None) -> int:
        """Wait for the end; raises `subprocess.TimeoutExpired`."""
        code = self.poll()
        if code is None:
            # Several threads may wait: what one of them reads, all of them see.
            waiting = select.poll()
            waiting.register(self._connection, select.POLLIN)
            waiting.poll(None if timeout is None else timeout * 1000)
            code = self.poll()
        if code is None:
            raise subprocess.TimeoutExpired("container", timeout or 0.0)
        return code

    def _listen(self) -> None:
        try:
            part = self._connection.recv(NUMBER.size - len(self._said))
        except BlockingIOError:
            return
        except OSError:
            part = b""
        self._said += part
        if len(self._said) == NUMBER.size:
            self._end(int(NUMBER.unpack(self._said)[0]))
        elif not part:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.pid, signal.SIGKILL)
            self._end(LOST)

    def _end(self, code: int) -> None:
        self._code = code
        with contextlib.suppress(OSError):
            self._connection.shutdown(socket.SHUT_RDWR)
