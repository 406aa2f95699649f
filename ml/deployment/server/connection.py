"""One HTTP connection with the limits that uvicorn leaves open: slow and oversized headers."""

from __future__ import annotations

import asyncio
from typing import Any

from uvicorn.protocols.http.flow_control import FlowControl
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from ml.deployment.server import http
from ml.deployment.server.refusal import Code, RequestError
from ml.deployment.server.settings import Limits


class Connection(HttpToolsProtocol):
    """Closes a connection whose request headers do not arrive in time or are too large."""

    limits = Limits()
    flow: FlowControl

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._timer: asyncio.TimerHandle | None = None
        self._in_headers = False
        self._header_bytes = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Start the clock: a connection on which nothing comes is closed too."""
        super().connection_made(transport)
        self._arm()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop the clock."""
        self._disarm()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Parse; count what came as long as the headers are not complete."""
        super().data_received(data)
        if not self._in_headers:
            return
        self._header_bytes += len(data)
        if self._timer is None:
            self._arm()
        if self._header_bytes > self.limits.header_bytes and not self.transport.is_closing():
            self._refuse(self._headers_too_large())

    def on_message_begin(self) -> None:
        """Expect headers."""
        super().on_message_begin()
        self._in_headers = True
        self._header_bytes = 0

    def on_headers_complete(self) -> None:
        """Stop the clock, and let nobody pass with more headers than allowed."""
        self._in_headers = False
        self._disarm()
        size = sum(len(name) + len(value) + 4 for name, value in self.headers) + len(self.url)
        if size <= self.limits.header_bytes:
            super().on_headers_complete()
            return
        app, self.app = self.app, self._answer_headers_too_large
        super().on_headers_complete()
        self.app = app

    def send_400_response(self, msg: str) -> None:
        """Answer what is no HTTP in the form of every other error."""
        if not self.transport.is_closing():
            self._refuse(RequestError(Code.INVALID_HTTP, msg))

    def _arm(self) -> None:
        self._timer = self.loop.call_later(self.limits.header_seconds, self._too_late)

    def _disarm(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _too_late(self) -> None:
        if self.transport.is_closing():
            return
        if self._in_headers:
            seconds = self.limits.header_seconds
            self._refuse(
                RequestError(Code.TOO_SLOW, f"the headers did not arrive within {seconds:g} s")
            )
        else:
            self.transport.close()

    def _refuse(self, refusal: RequestError) -> None:
        body = http.error_body(refusal)
        self.transport.write(
            STATUS_LINE[refusal.code.status]
            + b"content-type: application/json\r\nconnection: close\r\n"
            + b"content-length: %d\r\n\r\n" % len(body)
            + body
        )
        self.transport.close()

    def _headers_too_large(self) -> RequestError:
        return RequestError(
            Code.HEADERS_TOO_LARGE, f"the headers exceed {self.limits.header_bytes} bytes"
        )

    async def _answer_headers_too_large(self, _scope: Any, _receive: Any, send: Any) -> None:
        await http.respond_refusal(send, self._headers_too_large(), close=True)
