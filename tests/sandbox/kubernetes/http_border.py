"""An API server of a test's own: what it is asked comes over HTTP, as from any other."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, Protocol

import urllib3

from sandbox.kubernetes.api import Api

Object = dict[str, Any]
Answer = Callable[[str, str, Object | None], tuple[int, Object]]
"""From method, path and body to status and body."""


class Answering(Protocol):
    """Whatever stands for an API server in a test."""

    def answer(self, method: str, path: str, body: Object | None) -> tuple[int, Object]:
        """From method, path and body to status and body."""
        ...


class PlainApi(Api):
    """The calls, without the TLS that a real API server needs."""

    def __init__(self, port: int) -> None:
        self.server = f"http://127.0.0.1:{port}"
        self._pool = urllib3.PoolManager(retries=urllib3.Retry(0))


@contextmanager
def answering(answer: Answer) -> Iterator[Api]:
    """Serve these answers."""

    class Handler(BaseHTTPRequestHandler):
        """Hands requests to the fake."""

        def _any(self) -> None:
            content = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            status, told = answer(
                self.command, self.path, json.loads(content) if content else None
            )
            body = json.dumps(told).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_GET(self) -> None:
            self._any()

        def do_POST(self) -> None:
            self._any()

        def do_PATCH(self) -> None:
            self._any()

        def do_DELETE(self) -> None:
            self._any()

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as http:
        Thread(target=http.serve_forever, args=(0.05,), daemon=True).start()
        yield PlainApi(http.server_port)
        http.shutdown()
