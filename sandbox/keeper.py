"""Keeps one part alive: starts it, waits until it serves, starts it again when it dies."""

import asyncio
import contextlib
import os
import signal
import time
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import Executor
from pathlib import Path

from sandbox import processes
from sandbox.parts import Part
from sandbox.record import PartRecord

BACK_OFF = (0.2, 1.0, 3.0, 8.0, 15.0)
"""Seconds before the first, second, … restart in a row."""
HEALTHY_SECONDS = 30.0
"""After this long the next death counts as the first one again."""
FIRST_STARTS = 3
"""Deaths before it was ever ready after which the sandbox gives up on it."""


class Keeper:
    """One part with its process and its record."""

    def __init__(
        self,
        part: Part,
        record: PartRecord,
        *,
        log: Path,
        directory: Path,
        environment: Mapping[str, str],
        changed: Callable[["Keeper"], None],
        end_orphans: Callable[[], Awaitable[None]],
        threads: Executor,
    ) -> None:
        self.part = part
        self.record = record
        self.ready = asyncio.Event()
        """Set once it has served for the first time."""
        self.problem = ""
        """Why the first start failed."""
        self.spawning = False
        """Whether it may have a child whose id is not in the record yet."""
        self._log = log
        self._directory = part.directory or directory
        self._environment = {**environment, **part.env}
        self._changed = changed
        self._end_orphans = end_orphans
        self._threads = threads
        self._process: asyncio.subprocess.Process | None = None

    async def keep(self) -> None:
        """Run until cancelled, or until the first start has failed for good."""
        in_a_row = 0
        while True:
            begun = time.monotonic()
            await self._start()
            served = await self._until_ready(begun)
            if not served and not self.ready.is_set() and self.record.restarts + 1 >= FIRST_STARTS:
                self._state("failed")
                return
            if not served and self.problem:
                return
            code = await self._process.wait() if self._process else 1
            self.record.last_exit = processes.ending(code)
            self.record.restarts += 1
            in_a_row = 1 if time.monotonic() - begun > HEALTHY_SECONDS else in_a_row + 1
            self.record.pid = 0
            self._state("restarting")
            self._note(f"ended: {self.record.last_exit}; restart {self.record.restarts}")
            # Before it starts again: what it left may hold its ports.
            await self._end_orphans()
            await asyncio.sleep(BACK_OFF[min(in_a_row, len(BACK_OFF)) - 1])

    async def stop(self) -> None:
        """SIGTERM, patience, SIGKILL; what it leaves behind is the supervisor's to kill."""
        process = self._process
        if process is not None and process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.terminate()
            try:
                await asyncio.wait_for(process.wait(), self.part.stop_seconds)
            except TimeoutError:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                await process.wait()
        self.record.pid = 0
        self._state("stopped")

    async def _start(self) -> None:
        self._log.parent.mkdir(parents=True, exist_ok=True)
        self.spawning = True
        try:
            self._process = await self._spawn()
            self.record.pid = self._process.pid
        except OSError as error:
            self._process = None
            self._note(f"cannot be started: {error}")
            self.record.last_exit = f"cannot be started: {error}"
        finally:
            self.spawning = False
        self._state("starting")

    async def _spawn(self) -> asyncio.subprocess.Process:
        with self._log.open("ab") as output:
            return await asyncio.create_subprocess_exec(
                *self.part.argv,
                cwd=self._directory,
                env=self._environment,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
                preexec_fn=processes.tied_to(os.getpid()),
            )

    async def _until_ready(self, begun: float) -> bool:
        """Ask until it serves; False if it ended first, or took too long the first time."""
        loop = asyncio.get_running_loop()
        while self._process is not None and self._process.returncode is None:
            with contextlib.suppress(Exception):
                if await loop.run_in_executor(self._threads, self.part.ready):
                    self.record.seconds_to_ready = round(time.monotonic() - begun, 1)
                    self._state("ready")
                    self.ready.set()
                    return True
            waited = time.monotonic() - begun
            if waited > self.part.ready_seconds and not self.ready.is_set():
                self.problem = f"is not ready after {waited:.0f} s"
                self._state("failed")
                return False
            await asyncio.sleep(0.1 if waited < 3 else 0.4)
        return False

    def _state(self, state: str) -> None:
        self.record.state = state
        self.record.since = time.time()
        self._changed(self)

    def _note(self, text: str) -> None:
        with self._log.open("a") as log:
            stamp = time.strftime("%Y-%m-%d %H:%M:%S")
            log.write(f"{stamp} [sandbox] {self.part.name} {text}\n")
