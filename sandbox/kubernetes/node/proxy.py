"""Service addresses: each is bound on loopback and leads to the ready pods behind it."""

import asyncio
import contextlib
import itertools
import sys
import threading
from collections.abc import Callable, Iterable

from sandbox.kubernetes.node.routes import Address, Route

_PATIENCE = 5.0
"""How long a connection waits for a pod: longer than the gap when the last one was killed."""


class ServiceProxy:
    """Forwards connections in turn; existing ones outlive a change of the pods behind."""

    def __init__(self, current: Callable[[], Iterable[Route]]) -> None:
        self._current = current
        self._targets: dict[Address, tuple[Address, ...]] = {}
        self._servers: dict[Address, asyncio.Server] = {}
        self._turns = itertools.count()
        self._loop = asyncio.new_event_loop()
        self._dirty = asyncio.Event()

    def start(self) -> None:
        """Serve in a thread."""
        threading.Thread(target=self._serve, name="service proxy", daemon=True).start()

    def changed(self) -> None:
        """Services or pods may have changed; called from any thread."""
        self._loop.call_soon_threadsafe(self._dirty.set)

    def _serve(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._follow())

    async def _follow(self) -> None:
        while True:
            await self._dirty.wait()
            self._dirty.clear()
            await self._arrange()

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
            writer.transport.abort()
            return
        try:
            await asyncio.gather(_copy(reader, there[1]), _copy(there[0], writer))
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


async def _copy(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    """One direction, until its end; then the other side hears that no more comes."""
    with contextlib.suppress(OSError):
        while content := await source.read(1 << 16):
            target.write(content)
            await target.drain()
        if target.can_write_eof():
            target.write_eof()
