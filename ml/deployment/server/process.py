"""The life of a server process: bind, serve, and on SIGTERM drain without losing an answer."""

from __future__ import annotations

import asyncio
import signal
import socket
from collections.abc import Sequence

import structlog
import uvicorn
import uvloop

from ml.deployment.capture.outbox import Outbox
from ml.deployment.server.application import Application
from ml.deployment.server.connection import Connection
from ml.deployment.server.door import refuse_newcomers
from ml.deployment.server.settings import Settings
from ml.deployment.server.telemetry import Telemetry
from ml.failures import StepError

HOUSEKEEPING_SECONDS = 0.1
LAST_CALLERS_SECONDS = 0.5
"""For callers that got in just before the door closed and have not sent their request yet."""
FINISH_SECONDS = 10.0
"""For open connections, for the model, and for the last segments: with the drain, within 40 s."""

log = structlog.get_logger()


class Server:
    """Serves an application until SIGTERM or SIGINT."""

    def __init__(
        self,
        settings: Settings,
        application: Application,
        telemetry: Telemetry,
        outboxes: Sequence[Outbox] = (),
    ) -> None:
        self._settings = settings
        self._application = application
        self._telemetry = telemetry
        self._outboxes = outboxes

    def run(self) -> int:
        """Serve; the exit code tells whether everything captured reached the lake."""
        listener = bind(self._settings.host, self._settings.port)
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            return runner.run(self._serve(listener))

    async def _serve(self, listener: socket.socket) -> int:
        loop = asyncio.get_running_loop()
        stop = asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stop.set)
        self._application.start()
        for outbox in self._outboxes:
            outbox.start()
        server = _Uvicorn(self._configuration())
        serving = asyncio.create_task(server.serve([listener]))
        housekeeping = asyncio.create_task(self._keep_house())
        stopping = asyncio.create_task(stop.wait())
        host, port = listener.getsockname()[:2]
        log.info("serving", address=f"http://{host}:{port}", model=self._settings.model)
        await asyncio.wait({stopping, serving}, return_when=asyncio.FIRST_COMPLETED)
        await self._drain(server, serving, listener)
        housekeeping.cancel()
        stopping.cancel()
        return await self._deliver()

    def _configuration(self) -> uvicorn.Config:
        limits = self._settings.limits
        connection = type("Connection", (Connection,), {"limits": limits})
        return uvicorn.Config(
            self._application,
            http=connection,
            ws="none",
            lifespan="off",
            access_log=False,
            log_config=None,
            log_level="error",
            server_header=False,
            timeout_keep_alive=int(limits.idle_seconds),
            timeout_graceful_shutdown=int(FINISH_SECONDS),
        )

    async def _drain(
        self, server: _Uvicorn, serving: asyncio.Task[None], listener: socket.socket
    ) -> None:
        """Refuse readiness, keep answering until nobody sends here any more, finish the rest."""
        self._application.draining = True
        log.info("draining", seconds=self._settings.drain_seconds)
        await asyncio.sleep(self._settings.drain_seconds)
        if not serving.done() and refuse_newcomers(listener):
            await asyncio.sleep(LAST_CALLERS_SECONDS)
        server.should_exit = True
        await serving
        await self._application.close(FINISH_SECONDS)

    async def _deliver(self) -> int:
        """Seal and ship what was kept."""
        for outbox in self._outboxes:
            outbox.close()
        # At the same time: what keeps one of them waiting keeps the other waiting too.
        each = [asyncio.to_thread(box.finish, FINISH_SECONDS) for box in self._outboxes]
        left = sum(await asyncio.gather(*each))
        if left:
            log.error("segments_left_on_volume", count=left)
            return 1
        log.info("stopped")
        return 0

    async def _keep_house(self) -> None:
        while True:
            await asyncio.sleep(HOUSEKEEPING_SECONDS)
            self._application.expire()
            try:
                waiting = [outbox.tend() for outbox in self._outboxes]
            except OSError as error:
                log.error("capture_volume", error=str(error))
                continue
            self._telemetry.capture_backlog.set(sum(size for size, _ in waiting))
            self._telemetry.capture_lag.set(max((age for _, age in waiting), default=0.0))


class _Uvicorn(uvicorn.Server):
    async def serve(self, sockets: list[socket.socket] | None = None) -> None:
        """Serve without uvicorn's signal handlers: it would raise SIGTERM again at the end."""
        await self._serve(sockets)


def bind(host: str, port: int) -> socket.socket:
    """Take the address, or say who should give way."""
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        raise StepError(
            f"cannot listen on {host}:{port}: {error.strerror}; "
            "stop what uses it, or set POD_IP and MODELYARD_PORT"
        ) from None
    listener.setblocking(False)
    return listener
