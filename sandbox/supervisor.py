"""Starts the parts in order, restarts the dead, and takes everything down again."""

import asyncio
import importlib
import os
import signal
import time
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from sandbox import processes
from sandbox.allotment import is_free
from sandbox.errors import SandboxError
from sandbox.keeper import Keeper
from sandbox.layout import Layout
from sandbox.parts import Part
from sandbox.plan import Plan
from sandbox.record import PartRecord, Record, tail
from sandbox.variables import inner

COLLECT_SECONDS = 5.0
"""Between two looks for what was adopted and has ended."""


class Supervisor:
    """All parts of one sandbox, from the first start to the last exit."""

    def __init__(self, layout: Layout, plan: Plan) -> None:
        self._layout = layout
        self._plan = plan
        self._record = Record(pid=os.getpid(), started=time.time())
        self._keepers: dict[str, Keeper] = {}
        self._stop = asyncio.Event()
        self._failure: SandboxError | None = None

    async def run(self) -> int:
        """Serve until told to stop; 0 if everything had come up."""
        loop = asyncio.get_running_loop()
        for sign in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(sign, self._stop.set)
        processes.adopt_orphans()
        self._record.save(self._layout.root)
        tasks: list[asyncio.Task[None]] = []
        try:
            parts = in_order(self._assemble())
            refuse_busy_ports(parts)
            self._hire(parts)
            tasks = [asyncio.create_task(self._keep(each)) for each in self._keepers.values()]
            tasks.append(asyncio.create_task(self._announce()))
            tasks.append(asyncio.create_task(self._collect()))
            await self._stop.wait()
        except SandboxError as error:
            self._failure = error
        await self._shut_down(tasks)
        return 1 if self._failure else 0

    def _assemble(self) -> list[Part]:
        module, _, function = self._plan.parts.partition(":")
        assemble: Callable[[Layout, Plan], list[Part]] = getattr(
            importlib.import_module(module), function
        )
        return assemble(self._layout, self._plan)

    def _hire(self, parts: list[Part]) -> None:
        environment = inner(self._layout, self._plan)
        threads = ThreadPoolExecutor(max(8, len(parts)))
        for part in parts:
            record = self._record.parts[part.name] = PartRecord(
                name=part.name, forgets=part.forgets
            )
            self._keepers[part.name] = Keeper(
                part,
                record,
                log=self._layout.log(part.name),
                directory=self._layout.root,
                environment=environment,
                changed=self._changed,
                end_orphans=self._end_orphans,
                threads=threads,
            )

    async def _keep(self, keeper: Keeper) -> None:
        for name in keeper.part.depends_on:
            await self._keepers[name].ready.wait()
        await keeper.keep()
        log = self._layout.log(keeper.part.name)
        self._failure = self._failure or SandboxError(
            f"The part {keeper.part.name!r} "
            f"{keeper.problem or f'died before it was ready ({keeper.record.last_exit})'}.\n"
            f"The end of {log}:\n{tail(log)}",
            "Read the whole log, remove the cause and run `modelyard sandbox up` again.",
        )
        self._stop.set()

    async def _announce(self) -> None:
        for keeper in self._keepers.values():
            await keeper.ready.wait()
        self._record.phase = "running"
        self._record.save(self._layout.root)

    def _changed(self, keeper: Keeper) -> None:
        """Write every change down."""
        if keeper.record.state == "starting" and (keeper.part.forgets or not self._record.boot_id):
            self._record.boot_id = uuid.uuid4().hex[:12]
        self._record.save(self._layout.root)

    async def _collect(self) -> None:
        """Collect what was adopted and has ended, container by container, for days."""
        while True:
            await asyncio.sleep(COLLECT_SECONDS)
            known = self._known()
            if known is not None:
                processes.collect_adopted(known)

    async def _end_orphans(self) -> None:
        """End what a dead part left behind."""
        await processes.end_orphans(self._known)

    def _known(self) -> set[int] | None:
        """The children that are parts; None while one that is being started has no id yet."""
        if any(each.spawning for each in self._keepers.values()):
            return None
        return {each.record.pid for each in self._keepers.values()}

    async def _shut_down(self, tasks: list[asyncio.Task[None]]) -> None:
        self._record.phase = "stopping"
        self._record.save(self._layout.root)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        waiting = dict(self._keepers)
        while waiting:
            needed = {name for each in waiting.values() for name in each.part.depends_on}
            wave = [waiting.pop(name) for name in list(waiting) if name not in needed]
            await asyncio.gather(*(each.stop() for each in wave))
        processes.kill_everything_below()
        self._record.phase = "failed" if self._failure else "stopped"
        if self._failure:
            self._record.message = self._failure.message
            self._record.remedy = self._failure.remedy
        self._record.save(self._layout.root)


def in_order(parts: list[Part]) -> list[Part]:
    """Sort so that each part comes after those it waits for; refuse what can never start."""
    names = [part.name for part in parts]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise SandboxError(f"Two parts are called {', '.join(twice)}.", "Rename one of them.")
    ordered: list[Part] = []
    left = list(parts)
    while left:
        done = {part.name for part in ordered}
        free = [part for part in left if set(part.depends_on) <= done]
        if not free:
            stuck = "; ".join(f"{p.name} waits for {', '.join(p.depends_on)}" for p in left)
            raise SandboxError(f"These parts could never start: {stuck}.", "Correct `depends_on`.")
        ordered += free
        left = [part for part in left if part not in free]
    return ordered


def refuse_busy_ports(parts: list[Part]) -> None:
    """Say which ports another program has taken, before anything is started."""
    busy = [f"{port} ({part.name})" for part in parts for port in part.ports if not is_free(port)]
    if busy:
        raise SandboxError(
            f"Ports in use by another program: {', '.join(busy)}.",
            "See who has them with `ss -ltnp`, stop that program and run `modelyard sandbox up`; "
            "or run `modelyard sandbox reset` to move the sandbox to other ports.",
        )
