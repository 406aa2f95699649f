"""One HTTP connection that cannot grow or last without end, whatever its peer does or leaves."""

from __future__ import annotations

import asyncio
from typing import Any

from uvicorn.protocols.http.flow_control import FlowControl
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from ml.deployment.server import http
from ml.deployment.server.refusal import Code, RequestError
from ml.deployment.server.settings import Limits


class Guarded(HttpToolsProtocol):
    """Bounds what uvicorn leaves open: connections, requests sent ahead, slow readers.

    Where all connections are taken, one that only waits for its next request makes room.
    """

    limits = Limits()
    flow: FlowControl

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._writing: asyncio.TimerHandle | None = None

    @property
    def is_idle(self) -> bool:
        """Whether no request is being read or answered."""
        return not self.pipeline and (self.cycle is None or self.cycle.response_complete)

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Take the connection if there is room for it."""
        super().connection_made(transport)
        if len(self.connections) <= self.limits.connections:
            return
        others = (each for each in self.connections if each is not self)
        idle = next((each for each in others if isinstance(each, Guarded) and each.is_idle), None)
        if idle is not None:
            self.connections.discard(idle)
            idle.transport.abort()
        else:
            self.refuse(
                RequestError(
                    Code.OVERLOADED,
                    f"all {self.limits.connections} connections are in use; try again later",
                )
            )

    def connection_lost(self, exc: Exception | None) -> None:
        """Let go."""
        self.resume_writing()
        super().connection_lost(exc)

    def on_headers_complete(self) -> None:
        """Start or queue the request, unless too many wait already."""
        if len(self.pipeline) >= self.limits.pipelined:
            # Ends the parsing of what has come; the parser reports it as invalid HTTP.
            raise ValueError("too many requests at once")
        super().on_headers_complete()

    def on_response_complete(self) -> None:
        """Go on to the next request; read no more before those that came are answered."""
        super().on_response_complete()
        if self.pipeline:
            self.flow.pause_reading()

    def pause_writing(self) -> None:
        """Wait for a slow reader, but not for ever."""
        super().pause_writing()
        self._limit_writing()

    def resume_writing(self) -> None:
        """The reader has caught up."""
        if self._writing is not None:
            self._writing.cancel()
            self._writing = None
        super().resume_writing()

    def refuse(self, refusal: RequestError) -> None:
        """Answer outside of any request, and close."""
        body = http.error_body(refusal)
        self.transport.write(
            STATUS_LINE[refusal.code.status]
            + b"content-type: application/json\r\nconnection: close\r\n"
            + b"content-length: %d\r\n\r\n" % len(body)
            + body
        )
        self.transport.close()
        # Closing waits until all is read; a reader that does not come is not waited for.
        self._limit_writing()

    def _limit_writing(self) -> None:
        if self._writing is None:
            self._writing = self.loop.call_later(self.limits.write_seconds, self.transport.abort)
