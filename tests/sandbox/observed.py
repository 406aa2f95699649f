"""A sandbox as its tests see it from outside: processes, parts, and what came true."""

import time
from collections.abc import Callable
from pathlib import Path

import psutil

from sandbox import Sandbox

Make = Callable[..., Sandbox]


def eventually(condition: Callable[[], bool], seconds: float = 60.0) -> bool:
    """Whether it came true in time, which is long: a busy machine takes as long as it takes."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if condition():
            return True
        time.sleep(0.05)
    return False


def processes_of(root: Path) -> list[psutil.Process]:
    """Everything whose command line names this sandbox, or that runs below it."""
    found = []
    for process in psutil.process_iter():
        try:
            environment = process.environ()
            if environment.get("MODELYARD_SANDBOX_ROOT") == str(root):
                found.append(process)
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            continue
    return found


def assert_nothing_runs(root: Path) -> None:
    """Of this sandbox no process is left."""
    # The last process has let go of its lock, but may be a moment from being gone; what got away
    # would stay for minutes.
    assert eventually(lambda: processes_of(root) == [], seconds=10)


def part_pid(sandbox: Sandbox, name: str) -> int:
    """The process of a part."""
    return next(part.pid for part in sandbox.status().parts if part.name == name)


def deploy_something(root: Path) -> None:
    """Leave the state of a stack, as an update would."""
    stacks = root / "pulumi" / "state" / ".pulumi" / "stacks" / "tiny"
    stacks.mkdir(parents=True)
    (stacks / "dev.json").write_text("{}")
