"""Processes that cannot outlive the one that started them, nor leave children behind."""

import asyncio
import contextlib
import ctypes
import os
import signal
import time
from collections.abc import Callable, Collection

import psutil

HOLDER = "container"
"""How a process is called that ends by itself when whoever asked for its container does."""
_PR_SET_PDEATHSIG, _PR_SET_CHILD_SUBREAPER = 1, 36
_prctl = ctypes.CDLL(None, use_errno=True).prctl


def adopt_orphans() -> None:
    """Become the parent of every descendant whose own parent dies, so that none gets away."""
    _prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def die_with_parent(parent: int, sign: signal.Signals) -> None:
    """Ask the kernel to send `sign` to this process when its parent is gone."""
    _prctl(_PR_SET_PDEATHSIG, int(sign), 0, 0, 0)
    if os.getppid() != parent:
        os._exit(1)


def tied_to(parent: int) -> Callable[[], None]:
    """Return a hook for a new child: killed with `parent`, whatever happens to that one."""
    return lambda: die_with_parent(parent, signal.SIGKILL)


def descendants(pid: int) -> list[psutil.Process]:
    """Every process below `pid`."""
    try:
        return psutil.Process(pid).children(recursive=True)
    except psutil.NoSuchProcess:
        return []


def orphans(known: Collection[int]) -> list[psutil.Process]:
    """Children of this process that it did not start itself: adopted from a dead part.

    Not those that hold a container: they live as long as the part that asked for it, which may
    be another than the one they were forked by.
    """
    try:
        children = psutil.Process().children()
    except psutil.NoSuchProcess:
        return []
    return [each for each in children if each.pid not in known and not _holds_container(each)]


def _holds_container(process: psutil.Process) -> bool:
    try:
        return bool(process.name() == HOLDER)
    except psutil.NoSuchProcess:
        return False


async def end_orphans(known: Callable[[], Collection[int] | None], seconds: float = 2.0) -> None:
    """Kill what a dead part left, with everything below it, and collect what has ended.

    Not for ever: the first process of a namespace ends only when all that live in it have been
    collected, some of them perhaps by this process itself, later.

    `known` says which children are none of it; as long as it returns None, nothing is done.
    """
    until: float | None = None
    while until is None or time.monotonic() < until:
        ours = known()
        if ours is not None:
            for left in orphans(ours):
                _kill_with_all_below(left)
            collect_adopted(ours)
            if not orphans(ours):
                return
            until = until or time.monotonic() + seconds
        # Whoever waits here has others to serve meanwhile, and they may start a child.
        await asyncio.sleep(0.02)


def _kill_with_all_below(root: psutil.Process) -> None:
    with contextlib.suppress(psutil.NoSuchProcess):
        for each in (root, *root.children(recursive=True)):
            with contextlib.suppress(psutil.NoSuchProcess):
                each.kill()


def collect_adopted(known: Collection[int]) -> None:
    """Collect adopted children that have ended: each would keep its process id for ever."""
    with contextlib.suppress(psutil.NoSuchProcess):
        for child in psutil.Process().children():
            if child.pid not in known:
                with contextlib.suppress(ChildProcessError):
                    os.waitpid(child.pid, os.WNOHANG)


def kill_everything_below(seconds: float = 10.0) -> None:
    """Kill all descendants, again and again until none is left."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        left = descendants(os.getpid())
        if not left:
            return
        for each in left:
            with contextlib.suppress(psutil.NoSuchProcess):
                each.kill()
        reap()
        time.sleep(0.02)


def reap() -> dict[int, int]:
    """Collect the children that ended; returns their wait status by pid."""
    ended = {}
    with contextlib.suppress(ChildProcessError):
        while True:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                break
            ended[pid] = status
    return ended


def ending(code: int) -> str:
    """How a process ended, in words."""
    if code < 0:
        with contextlib.suppress(ValueError):
            return f"killed by {signal.Signals(-code).name}"
        return f"killed by signal {-code}"
    return f"exit code {code}"
