"""An HTTP proxy in front of the emulated account that misbehaves as storage and networks do."""

from __future__ import annotations

import http.client
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

_ERROR = "<Error><Code>{}</Code><Message>no</Message><RequestId>0</RequestId></Error>"
HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding", "content-length"}


@dataclass
class Fault:
    """What happens to the next requests of one kind, as often as it says."""

    method: str
    """One, or several with blanks between."""
    path: str
    """Part of the path; empty means any."""
    times: int
    status: int = 0
    """Answered in place of the account; 0 means that it is asked."""
    code: str = ""
    seconds: float = 0.0
    """Waited before."""
    lost: bool = False
    """The account does it, and the caller never hears."""
    cut: int | None = None
    """So many bytes of the announced body arrive, then no more; below 0, all but so many."""
    silent: bool = False
    """Nothing more is said, and the connection stays open until the caller gives up."""
    flipped: bool = False
    """One bit of the body's middle changes on its way."""
    passing: int = 0
    """So many of these requests pass before."""
    before: Callable[[], None] | None = None
    """Called before the account is asked."""
    after: Callable[[], None] | None = None
    """Called once it has done it, before the caller hears."""
    met: int = field(default=0, init=False)

    def fits(self, method: str, path: str) -> bool:
        """Whether it happens to this request."""
        return method in self.method.split() and self.path in path and self.met < self.times


class FaultProxy:
    """Passes requests on to an endpoint, but for the faults it is told."""

    def __init__(self, upstream: str) -> None:
        self.upstream = urlsplit(upstream)
        self.faults: list[Fault] = []
        self._lock = threading.Lock()
        proxy = self

        class Handler(_Handler):
            owner = proxy

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    @contextmanager
    def running(self) -> Iterator[FaultProxy]:
        """Serve for the length of a block."""
        thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self._server.shutdown()
            self._server.server_close()

    def take(self, method: str, path: str) -> Fault | None:
        """The fault that happens to a request, counted."""
        with self._lock:
            for fault in self.faults:
                if fault.fits(method, path):
                    if fault.passing:
                        fault.passing -= 1
                        return None
                    fault.met += 1
                    return fault
        return None

    @property
    def over(self) -> bool:
        """Whether every fault has happened as often as it was to."""
        return all(fault.met >= fault.times for fault in self.faults)


def _flipped(content: bytes) -> bytes:
    changed = bytearray(content)
    changed[len(changed) // 2] ^= 4
    return bytes(changed)


class _Handler(BaseHTTPRequestHandler):
    owner: FaultProxy
    protocol_version = "HTTP/1.1"

    def _pass(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        fault = self.owner.take(self.command, self.path)
        if fault is None:
            self._answer(*self._ask(body))
            return
        time.sleep(fault.seconds)
        if fault.before is not None:
            fault.before()
        if fault.silent and fault.cut is None:
            self._stay_silent()
            return
        if fault.status:
            self._answer(fault.status, [], _ERROR.format(fault.code).encode())
            return
        status, headers, content = self._ask(body)
        if fault.after is not None:
            fault.after()
        if not fault.lost:
            content = _flipped(content) if fault.flipped else content
            self._answer(status, headers, content, cut=fault.cut)
        if fault.silent:
            self._stay_silent()
        elif fault.lost or fault.cut is not None:
            self.close_connection = True

    do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = _pass  # noqa: N815 - http.server's names

    def _ask(self, body: bytes) -> tuple[int, list[tuple[str, str]], bytes]:
        upstream = self.owner.upstream
        connection = http.client.HTTPConnection(str(upstream.hostname), upstream.port, timeout=30)
        try:
            connection.putrequest(
                self.command, self.path, skip_host=True, skip_accept_encoding=True
            )
            for name, value in self.headers.items():
                if name.lower() != "expect":
                    connection.putheader(name, value)
            connection.endheaders(body or None)
            answer = connection.getresponse()
            return answer.status, answer.getheaders(), answer.read()
        finally:
            connection.close()

    def _stay_silent(self) -> None:
        self.close_connection = True
        with suppress(OSError):
            self.connection.recv(1)  # which ends once the caller has hung up

    def _answer(
        self,
        status: int,
        headers: list[tuple[str, str]],
        body: bytes,
        cut: int | None = None,
    ) -> None:
        length = next((v for n, v in headers if n.lower() == "content-length"), str(len(body)))
        try:
            self.send_response_only(status)
            for name, value in headers:
                if name.lower() not in HOP_BY_HOP:
                    self.send_header(name, value)
            self.send_header(
                "Content-Length", length if self.command == "HEAD" else str(len(body))
            )
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body if cut is None else body[:cut])
        except OSError:
            self.close_connection = True  # whoever asked is gone, perhaps killed

    def log_message(self, *_: object) -> None:
        """Say nothing."""
