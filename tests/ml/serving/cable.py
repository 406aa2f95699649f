"""A line to an endpoint that can be cut: nothing gets through then, and nobody is told."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from urllib.parse import urlsplit

BACKLOG = 1
"""Connections that the kernel takes by itself; beyond it, it lets a newcomer's packets drop."""


class Cable:
    """Carries every byte to the endpoint and back; cut, it holds them as a lost route does.

    Open connections stay open and silent, new ones are never answered. Mended, what was sent
    meanwhile arrives, late: TCP sends again what nobody has acknowledged.
    """

    def __init__(self, upstream: str) -> None:
        told = urlsplit(upstream)
        self._upstream = (str(told.hostname), int(told.port or 80))
        self._whole = threading.Event()
        self._whole.set()
        self._over = False
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=BACKLOG)
        self._fillers: list[socket.socket] = []
        self._open: list[socket.socket] = []
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    @contextmanager
    def running(self) -> Iterator[Cable]:
        """Carry for the length of a block."""
        accepting = threading.Thread(target=self._accept, daemon=True)
        accepting.start()
        try:
            yield self
        finally:
            self._over = True
            self.mend()
            with suppress(OSError):
                self._listener.shutdown(socket.SHUT_RDWR)
            self._listener.close()
            for each in self._open:
                each.close()
            accepting.join(10)

    def cut(self) -> None:
        """Let nothing through any more."""
        self._whole.clear()
        for _ in range(BACKLOG + 2):
            filler = socket.socket()
            filler.setblocking(False)
            filler.connect_ex(self._listener.getsockname())
            self._fillers.append(filler)

    def mend(self) -> None:
        """Let everything through again, also what has waited."""
        for filler in self._fillers:
            filler.close()
        self._fillers.clear()
        self._whole.set()

    def _accept(self) -> None:
        while not self._over:
            self._whole.wait()
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            self._whole.wait()
            far = socket.create_connection(self._upstream)
            self._open += [near, far]
            for source, target in ((near, far), (far, near)):
                threading.Thread(target=self._carry, args=(source, target), daemon=True).start()

    def _carry(self, source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while part := source.recv(65536):
                self._whole.wait()
                target.sendall(part)
            self._whole.wait()
            target.shutdown(socket.SHUT_WR)
