"""Runs a command in a program of its own, where its memory and its end can be seen."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

MAKE = ("model", "new", "customers", "--label", "churned", "--from")
_PROGRAM = """
import sys
from pathlib import Path
from modelyard import app
from modelyard.onboarding import progress
from modelyard.onboarding.user_made import batches_of

progress.EVERY_SECONDS = {every}
try:
    {do}
finally:
    # Of this program alone: what getrusage says begins with what its parent held.
    print(Path("/proc/self/status").read_text(), flush=True)
"""
_TYPED = "app.main(sys.argv[1:])"
_CUT = "print('rows:', sum(body.count(b'\\n') - 1 for _, body in batches_of(Path(), 'customers')))"


SECONDS = 600.0
"""For what takes half a minute on an idle machine: millions of rows, read twice."""
Program = AbstractContextManager[subprocess.Popen[str]]
"""Ends with its block, also where a test fails."""


def typed(checkout: Path, *arguments: str, every: float = 10.0) -> Program:
    """A command as a user types it, which tells how far it is every so many seconds."""
    return _start(checkout, _PROGRAM.format(do=_TYPED, every=every), *arguments)


def cutting(checkout: Path) -> Program:
    """Cuts the model's file into the batches that land, and prints how many rows they have."""
    return _start(checkout, _PROGRAM.format(do=_CUT, every=10.0))


def ended(program: Program) -> tuple[str, str]:
    """What a program said, and what it told on the way, once it is through without a fault."""
    with program as process:
        out, err = process.communicate(timeout=SECONDS)
    assert process.returncode == 0, err[-2000:]
    return out, err


def peak(printed: str) -> int:
    """The most memory that a program held, in MiB."""
    found = re.search(r"VmHWM:\s+(\d+) kB", printed)
    assert found is not None, printed
    return int(found[1]) >> 10


@contextmanager
def _start(checkout: Path, program: str, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        [sys.executable, "-c", program, *arguments],
        cwd=checkout,
        env=os.environ | {"MODELYARD_ROOT": str(checkout), "PYTHONPATH": os.getcwd()},
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        try:
            yield process
        finally:
            process.kill()
