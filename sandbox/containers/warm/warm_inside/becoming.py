"""What a copy does to be like an interpreter that was started in a new container."""

import atexit
import contextlib
import os
import runpy
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NoReturn

from . import rights
from .title import call_itself


@dataclass(frozen=True, kw_only=True)
class Order:
    """What a container is to be; as JSON, this is what a client sends."""

    argv: Sequence[str]
    """`python -m module argument…`"""
    env: Mapping[str, str]
    """All of it."""
    script: str
    """For a shell in the container's new namespaces: mounts what is its own."""
    workdir: str
    user: int | None
    """None where ids cannot change."""
    groups: Sequence[int]


def enter(order: Order, files: Sequence[int]) -> None:
    """In the first process of new namespaces: mount, and give up all rights.

    A script that fails ends the process with its code, as it does in a container that was started
    anew; what it said is in the container's output.
    """
    os.umask(0o022)
    for place, file in enumerate(files):
        os.dup2(file, place)
    path = f"{order.env.get('PATH', '')}:/usr/sbin:/usr/bin:/sbin:/bin"
    done = subprocess.run(["/bin/sh", "-c", order.script], env={"PATH": path}, check=False)
    if done.returncode:
        os._exit(done.returncode)
    os.chdir(order.workdir)
    call_itself(order.argv, order.env)
    rights.give_up(order.user, order.groups)


def run(order: Order, own: Mapping[str, str]) -> NoReturn:
    """Run the module to its end.

    `own` are variables that modules set as they were loaded: they would set them again.
    """
    os.environ.clear()
    os.environ.update({**own, **order.env})
    time.tzset()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    _, _, module, *arguments = order.argv
    sys.path.insert(0, os.getcwd())
    sys.argv[1:] = arguments
    sys.orig_argv[:] = order.argv
    _leave(_code_of(module))


def _code_of(module: str) -> int:
    """The exit code of what the module did, told as an interpreter tells it."""
    try:
        runpy.run_module(module, run_name="__main__", alter_sys=True)
    except SystemExit as end:
        if end.code is None or isinstance(end.code, int):
            return (end.code or 0) & 0xFF
        sys.stderr.write(f"{end.code}\n")
        return 1
    except BaseException as error:
        sys.excepthook(type(error), error, error.__traceback__)
        return 128 + signal.SIGINT if isinstance(error, KeyboardInterrupt) else 1
    return 0


def _leave(code: int) -> NoReturn:
    """End as copies by `multiprocessing` do: with Python's last duties, not the C library's.

    Those belong to the libraries that the original loaded. One that started a thread then waits
    for that thread now, which no copy has.
    """
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        # Whoever read it may have left.
        with contextlib.suppress(OSError, ValueError):
            stream.flush()
    os._exit(code)
