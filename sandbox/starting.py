"""Starts the detached supervisor and waits, saying what for, until every part serves."""

import subprocess
import sys
import time
from collections.abc import Callable

from sandbox.errors import SandboxError
from sandbox.layout import Layout
from sandbox.plan import Plan
from sandbox.record import Record, is_supervised, tail
from sandbox.variables import inner

Report = Callable[[str], None]
SILENCE_SECONDS = 5.0


def start(layout: Layout, plan: Plan) -> None:
    """Leave a supervisor running that belongs to no terminal."""
    (layout.root / "supervisor.json").unlink(missing_ok=True)
    with layout.log("supervisor").open("ab") as log:
        # It returns at once: what goes on running detaches itself.
        subprocess.run(
            [sys.executable, "-m", "sandbox", "supervise", str(layout.root)],
            cwd=layout.root,
            env=inner(layout, plan),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            check=False,
        )


def wait(layout: Layout, report: Report) -> None:
    """Return when the sandbox runs; raise with the culprit's log when it cannot."""
    begun = spoken = time.monotonic()
    told: set[str] = set()
    while True:
        record = Record.load(layout.root)
        for part in record.parts.values() if record else ():
            if part.state == "ready" and part.name not in told:
                told.add(part.name)
                spoken = time.monotonic()
                report(f"sandbox: {part.name} ready ({part.seconds_to_ready:g} s)")
        if record and record.phase == "running":
            return
        if record and record.phase in {"failed", "died"}:
            _await_end(layout)
            raise SandboxError(record.message, record.remedy or "Run `modelyard sandbox up`.")
        if time.monotonic() - begun > 10 and not is_supervised(layout.root):
            log = layout.log("supervisor")
            raise SandboxError(
                f"The supervisor ended while starting. The end of {log}:\n{tail(log)}",
                "Run `modelyard sandbox up` again.",
            )
        if record and time.monotonic() - spoken > SILENCE_SECONDS:
            spoken = time.monotonic()
            report(f"sandbox: waiting for {_waiting(record)}")
        time.sleep(0.05)


def _waiting(record: Record) -> str:
    return ", ".join(part.name for part in record.parts.values() if part.state != "ready")


def _await_end(layout: Layout) -> None:
    until = time.monotonic() + 30
    while is_supervised(layout.root) and time.monotonic() < until:
        time.sleep(0.05)
