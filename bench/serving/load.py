"""Sends one prepared request over a number of connections as fast as answers come."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

import uvloop


@dataclass(frozen=True)
class Measured:
    """What the callers saw."""

    requests_per_second: float
    requests_per_cpu_second: float
    """Of the server's own processor time: comparable also on a machine that is busy."""
    median_ms: float
    p99_ms: float


def http_request(port: int, path: str, body: bytes) -> bytes:
    """A whole HTTP request with a JSON body."""
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def measure(
    port: int, request: bytes, clients: int, seconds: float, cpu: Callable[[], float]
) -> Measured:
    """Load a server after a warm-up; any answer but 200 ends the measurement.

    `cpu` tells the processor seconds that the server has used so far.
    """
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_load(port, request, clients, min(1.0, seconds)))
        before = cpu()
        times, taken = runner.run(_load(port, request, clients, seconds))
        used = cpu() - before
    times.sort()
    return Measured(
        requests_per_second=len(times) / taken,
        requests_per_cpu_second=len(times) / max(used, 0.01),
        median_ms=times[len(times) // 2] * 1000,
        p99_ms=times[int(len(times) * 0.99)] * 1000,
    )


async def _load(
    port: int, request: bytes, clients: int, seconds: float
) -> tuple[list[float], float]:
    loop = asyncio.get_running_loop()
    started = time.perf_counter()
    made = [
        await loop.create_connection(
            lambda: _Caller(request, started + seconds), "127.0.0.1", port
        )
        for _ in range(clients)
    ]
    async with asyncio.timeout(seconds + 30):
        times = [taken for _, caller in made for taken in await caller.done]
    return times, time.perf_counter() - started


class _Caller(asyncio.Protocol):
    def __init__(self, request: bytes, until: float) -> None:
        self._request = request
        self._until = until
        self._times: list[float] = []
        self._received = b""
        self._sent = 0.0
        self._transport: asyncio.WriteTransport
        self.done: asyncio.Future[list[float]] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # Not an instance of it: uvloop's transports have the methods but not the base class.
        self._transport = cast(asyncio.WriteTransport, transport)
        self._send()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.done.done():
            self.done.set_exception(ConnectionError(f"the server hung up: {exc}"))

    def data_received(self, data: bytes) -> None:
        self._received += data
        head, separator, body = self._received.partition(b"\r\n\r\n")
        if not separator:
            return
        at = head.lower().index(b"content-length: ") + 16
        if len(body) < int(head[at:].split(b"\r\n", 1)[0]):
            return
        if not head.startswith(b"HTTP/1.1 200"):
            self.done.set_exception(RuntimeError(f"not an answer: {self._received[:300]!r}"))
            return
        now = time.perf_counter()
        self._times.append(now - self._sent)
        self._received = b""
        if now < self._until:
            self._send()
        else:
            self.done.set_result(self._times)
            self._transport.close()

    def _send(self) -> None:
        self._sent = time.perf_counter()
        self._transport.write(self._request)
