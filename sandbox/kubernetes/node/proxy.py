"""Service addresses: each is bound on loopback and leads to the ready pods behind it."""

import asyncio
import contextlib
import itertools
import socket
import struct
import sys
import threading
from collections.abc import Callable, Iterable

from sandbox.kubernetes.node.routes import Address, Route

_PATIENCE = 8.0
"""How long a connection waits for a pod: longer than the gap when the last one was killed, also on
a machine with other work to do; shorter than the ten seconds that clients wait for an answer."""

_RESET = struct.pack("ii", 1, 0)
"""SO_LINGER for no time: the other end hears of a reset, which no half an answer ends with."""


class ServiceProxy:
    """Forwards connections in turn; existing ones outlive a change of the pods behind."""

    def __init__(self, current: Callable[[], Iterable[Route]]) -> None:
        self._current = current
        self._targets: dict[Address, tuple[Address, ...]] = {}
        self._servers: dict[Address, asyncio.Server] = {}
        self._turns = itertools.count()
        self._loop = asyncio.new_event_loop()
        self._dirty = asyncio.Event()
        self._stopped = False
        self._thread = threading.Thread(target=self._serve, name="service proxy", daemon=True)

    def start(self) -> None:
        """Serve in a thread."""
        self._thread.start()

    def stop(self) -> None:
        """Free the addresses and end every connection; returns when that is done."""
        self._stopped = True
        self.changed()
        self._thread.join()

    def changed(self) -> None:
        """Services or pods may have changed; called from any thread."""
        self._loop.call_soon_threadsafe(self._dirty.set)

    def _serve(self) -> None:
        with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
            runner.run(self._follow())

    async def _follow(self) -> None:
        while await self._dirty.wait() and not self._stopped:
            self._dirty.clear()
            await self._arrange()
        for server in self._servers.values():
            server.close()

    async def _arrange(self) -> None:
        wanted = {route.address: route for route in self._current()}
        self._targets = {address: route.targets for address, route in wanted.items()}
        for address in [each for each in self._servers if each not in wanted]:
            self._servers.pop(address).close()
        for address, route in wanted.items():
            if address not in self._servers:
                await self._bind(route)

    async def _bind(self, route: Route) -> None:
        address = route.address

        async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await self._forward(address, reader, writer)

        try:
            self._servers[address] = await asyncio.start_server(accept, *address, backlog=1024)
        except OSError as error:
            sys.stderr.write(f"service {route.service} cannot be served: {error}\n")

    async def _forward(
        self, address: Address, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        there = await self._connect(address)
        if there is None:
            _cut_off(writer)
            return
        try:
            async with asyncio.TaskGroup() as both:
                both.create_task(_copy(reader, there[1]))
                both.create_task(_copy(there[0], writer))
        except* OSError:
            # Else the client of a pod that was killed waits for an answer for ever.
            for each in (writer, there[1]):
                _cut_off(each)
        finally:
            for each in (writer, there[1]):
                each.close()

    async def _connect(
        self, address: Address
    ) -> tuple[asyncio.StreamReader, asyncio.StreamWriter] | None:
        """A pod that accepts: a stopped one refuses before the API server says it is gone."""
        give_up = self._loop.time() + _PATIENCE
        while self._loop.time() < give_up:
            targets = self._targets.get(address, ())
            first = next(self._turns)
            for step in range(len(targets)):
                with contextlib.suppress(OSError):
                    return await asyncio.open_connection(*targets[(first + step) % len(targets)])
            await asyncio.sleep(0.05)
        return None


def _cut_off(writer: asyncio.StreamWriter) -> None:
    if not writer.transport.is_closing():
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        writer.transport.abort()


async def _copy(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    """One direction, until its end; then the other side hears that no more comes.

    Raises:
        OSError: One of the two was cut off.
    """
    while content := await source.read(1 << 16):
        target.write(content)
        await target.drain()
    if target.can_write_eof():
        target.write_eof()
