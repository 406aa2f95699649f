"""A supervisor in which one part dies while another has a process but no known id yet."""

import asyncio
import os
import signal
import sys
from asyncio.subprocess import Process
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sandbox.layout import Layout
from sandbox.parts import Part
from sandbox.plan import Plan
from sandbox.record import PartRecord, Record
from sandbox.supervisor import Supervisor
from tests.sandbox.conftest import ENVIRONMENTS

SLOW, MORTAL = ("sleep", "601"), ("sleep", "602")
SECONDS = 30.0


def parts(layout: Layout, plan: Plan) -> list[Part]:
    """One whose id becomes known late, and one that is going to be killed."""
    return [Part(name="slow", argv=SLOW), Part(name="mortal", argv=MORTAL)]


async def main(root: Path) -> None:
    """Print whether the slow one lived through the other's death, and after its restart."""
    create, told = asyncio.create_subprocess_exec, asyncio.Event()
    started: list[Process] = []

    async def creating(*argv: Any, **options: Any) -> Process:
        process = await create(*argv, **options)
        if argv == SLOW:
            started.append(process)
            await told.wait()
        return process

    asyncio.create_subprocess_exec = creating
    layout = Layout.create(root, ENVIRONMENTS)
    supervisor = Supervisor(layout, Plan(parts="tests.sandbox.slow_start:parts"))
    running = asyncio.create_task(supervisor.run())

    def mortal() -> PartRecord:
        record = Record.load(root)
        return record.parts.get("mortal", PartRecord(name="")) if record else PartRecord(name="")

    await until(lambda: bool(started) and mortal().state == "ready")
    os.kill(mortal().pid, signal.SIGKILL)
    await until(lambda: mortal().state == "restarting")
    await asyncio.sleep(0.3)
    sys.stdout.write(f"{started[0].returncode} {mortal().state}\n")
    told.set()
    await until(lambda: mortal().state == "ready")
    sys.stdout.write(f"{started[0].returncode} {len(started)}\n")
    os.kill(os.getpid(), signal.SIGTERM)
    sys.stdout.write(f"{await running}\n")


async def until(true: Callable[[], bool]) -> None:
    """Wait for something to come true."""
    async with asyncio.timeout(SECONDS):
        while not true():
            await asyncio.sleep(0.02)


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
