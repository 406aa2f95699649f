"""One HTTP connection with the limits that uvicorn leaves open: slow and oversized headers."""

from __future__ import annotations

import asyncio
from typing import Any

from ml.deployment.server import http
from ml.deployment.server.guarded import Guarded
from ml.deployment.server.refusal import Code, RequestError


class Connection(Guarded):
    """Closes a connection whose request headers do not arrive in time or are too large."""

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
        if self.transport.is_closing():
            return
        if self._timer is None and (self._in_headers or self._only_noise):
            self._arm()
        if not self._in_headers:
            return
        # Only what can belong to these headers: a burst of short requests is not one long one.
        self._header_bytes += len(data.rpartition(b"\r\n\r\n")[2])
        if self._header_bytes > self.limits.header_bytes:
            self.refuse(self._headers_too_large())

    @property
    def _only_noise(self) -> bool:
        """Whether bytes came that belong to no request: uvicorn has stopped its own clock."""
        return self.is_idle and self.timeout_keep_alive_task is None

    def on_message_begin(self) -> None:
        """Expect headers."""
        super().on_message_begin()
        self._disarm()
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
            self.refuse(RequestError(Code.INVALID_HTTP, msg))

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
            self.refuse(
                RequestError(Code.TOO_SLOW, f"the headers did not arrive within {seconds:g} s")
            )
        else:
            self.transport.close()

    def _headers_too_large(self) -> RequestError:
        return RequestError(
            Code.HEADERS_TOO_LARGE, f"the headers exceed {self.limits.header_bytes} bytes"
        )

    async def _answer_headers_too_large(self, _scope: Any, _receive: Any, send: Any) -> None:
        await http.respond_refusal(send, self._headers_too_large(), close=True)
