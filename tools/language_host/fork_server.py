"""Keeps an interpreter that has loaded the SDKs, and forks it for each program that is run.

Started once per sandbox: `python -m tools.language_host.fork_server <sandbox's folder> <memory>`.
The memory is a file that outlives the sandbox: the first program of the next one, also of another
checkout, already finds loaded what programs import.
"""

import contextlib
import gc
import os
import selectors
import signal
import socket
import sys
import sysconfig
import traceback
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sandbox.containers.warm.warm_inside.loading import Preloading
from sandbox.containers.warm.warm_inside.requests import receive
from tools.language_host import forked
from tools.language_host.spawn import READY, STATUS, address, same_user

REQUEST_SECONDS = 10.0
"""How long a client may take to say what it wants."""
FILES = 3
"""A program's input, output and errors."""
BASIS = ("grpc", "pulumi", "pulumi.runtime", "pulumi.runtime.proto.language_pb2_grpc")
"""What every program, policy pack and language host needs."""
INSTALLED = sorted({sysconfig.get_path("purelib"), sysconfig.get_path("platlib")})
"""Only what is installed is loaded ahead: the checkout's code is read anew, so edits show."""


@dataclass(frozen=True, kw_only=True)
class Running:
    """A forked process, and the client that waits for it."""

    process: int
    handle: int
    """Its pidfd: readable when it has ended; no signal through it can hit a stranger."""
    client: socket.socket


class ForkServer:
    """Serves one request after the other; each process is a copy of this one."""

    def __init__(self, root: Path, memory: Path) -> None:
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._listener.bind(address(str(root)))
        self._listener.listen(64)
        self._preloading = Preloading(memory, INSTALLED)
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._listener, selectors.EVENT_READ)
        self._selector.register(self._preloading, selectors.EVENT_READ)

    def serve(self) -> forked.Request:
        """Serve for ever; returns in every forked process, with what it is asked to become."""
        while True:
            # Whoever asks comes first; what else will be asked for is loaded in between.
            for key, _ in self._selector.select(0 if self._preloading.pending else None):
                if key.fileobj is self._listener:
                    request = self._accept()
                    if request is not None:
                        return request
                elif key.fileobj is self._preloading:
                    self._preloading.learn()
                else:
                    self._attend(key.data, ended=key.fd == key.data.handle)
            if self._preloading.pending:
                self._preloading.load_one()

    def _accept(self) -> forked.Request | None:
        client, _ = self._listener.accept()
        client.settimeout(REQUEST_SECONDS)
        files: list[int] = []
        try:
            asked = receive(client, files, FILES)
            python = asked.pop("python")
            if not same_user(client) or python != sys.executable or _has_threads():
                client.close()
                return None
            gc.freeze()
            process = os.fork()
            if not process:
                return self._become(client, asked, files)
            handle = os.pidfd_open(process)
            running = Running(process=process, handle=handle, client=client)
            self._selector.register(handle, selectors.EVENT_READ, running)
            self._selector.register(client, selectors.EVENT_READ, running)
        except (OSError, ValueError, KeyError) as error:
            sys.stderr.write(f"refused a request: {type(error).__name__}: {error}\n")
            client.close()
        else:
            # Whoever has left meanwhile is noticed as one who leaves later.
            with contextlib.suppress(OSError):
                client.sendall(READY)
        finally:
            for each in files:
                os.close(each)
        return None

    def _become(
        self, client: socket.socket, asked: dict[str, Any], files: list[int]
    ) -> forked.Request:
        """In the new process: keep the client's files, and nothing of the server's."""
        try:
            request = forked.Request(files=tuple(os.dup(each) for each in files), **asked)
            for key in list(self._selector.get_map().values()):
                if isinstance(key.fileobj, int):
                    os.close(key.fileobj)
                elif isinstance(key.fileobj, socket.socket):
                    key.fileobj.close()
            client.close()
            self._selector.close()
            self._preloading.watch()
        except BaseException:
            # There must never be two servers.
            traceback.print_exc()
            os._exit(1)
        return request

    def _attend(self, running: Running, *, ended: bool) -> None:
        if running.handle not in self._selector.get_map():
            return  # both happened at once, and the end was seen first
        if ended:
            self._end(running)
            return
        try:
            signals = running.client.recv(64)
        except OSError:
            signals = b""
        if not signals:
            self._selector.unregister(running.client)
        for number in signals or [signal.SIGKILL]:
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(running.handle, number)

    def _end(self, running: Running) -> None:
        _, status = os.waitpid(running.process, 0)
        with contextlib.suppress(OSError):
            running.client.sendall(STATUS.pack(os.waitstatus_to_exitcode(status)))
        self._selector.unregister(running.handle)
        with contextlib.suppress(KeyError):
            self._selector.unregister(running.client)
        os.close(running.handle)
        running.client.close()


def _has_threads() -> bool:
    """A process with threads cannot be copied safely; programs then start on their own."""
    return len(os.listdir("/proc/self/task")) > 1


def main(root: str, memory: str) -> forked.Request:
    """Load what everything needs, then serve."""
    for name in BASIS:
        __import__(name)
    return ForkServer(Path(root), Path(memory)).serve()


if __name__ == "__main__":
    # Out of every frame of the server: the program ends where an interpreter would end.
    forked.run(main(*sys.argv[1:]))
