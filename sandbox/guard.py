"""The process above the supervisor: if that one is killed, nothing of the sandbox survives it."""

import asyncio
import contextlib
import os
import signal
import sys
import time
import traceback
from pathlib import Path
from typing import IO

from sandbox import processes
from sandbox.errors import SandboxError
from sandbox.record import Record, hold


def supervise(root: Path) -> int:
    """Detach, run a supervisor as a child and outlive it; returns its exit code."""
    if os.fork() != 0:
        return 0
    lock = _hold(root)
    if lock is None:
        sys.stderr.write(f"another supervisor serves {root}\n")
        return 1
    processes.adopt_orphans()
    me = os.getpid()
    child = os.fork()
    if child == 0:
        processes.die_with_parent(me, signal.SIGTERM)
        os._exit(_supervise(root))

    def forward(sign: int, _: object) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(child, sign)

    for sign in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(sign, forward)
    code = _wait_for(child)
    processes.kill_everything_below()
    _record_violent_end(root, code)
    sys.stderr.flush()
    # Straight out: the lock must say "supervised" as long as this process can be seen.
    os._exit(abs(code))


def _hold(root: Path) -> IO[str] | None:
    # Commands that look whether anybody supervises hold the lock for a moment.
    for _ in range(50):
        lock = hold(root)
        if lock is not None:
            return lock
        time.sleep(0.05)
    return None


def _supervise(root: Path) -> int:
    from sandbox.layout import Layout
    from sandbox.plan import Plan
    from sandbox.supervisor import Supervisor

    async def run() -> int:
        return await Supervisor(Layout.load(root), Plan.load(root)).run()

    try:
        return asyncio.run(run())
    except BaseException as error:
        traceback.print_exc()
        record = Record.load(root) or Record()
        record.phase, record.message = "failed", f"The supervisor broke: {error!r}."
        record.remedy = f"Its log is {root / 'logs' / 'supervisor.log'}."
        if isinstance(error, SandboxError):
            record.message, record.remedy = error.message, error.remedy
        record.save(root)
        return 1


def _wait_for(child: int) -> int:
    while True:
        # Anything else that ends here was orphaned by the supervisor's own death.
        pid, status = os.wait()
        if pid == child:
            return os.waitstatus_to_exitcode(status)


def _record_violent_end(root: Path, code: int) -> None:
    with contextlib.suppress(SandboxError):
        record = Record.load(root)
        if record is not None and record.phase not in {"stopped", "failed"}:
            record.phase = "died"
            record.message = f"The supervisor (process {record.pid}) was {processes.ending(code)}"
            for part in record.parts.values():
                part.pid, part.state = 0, "stopped"
            record.save(root)
