"""What a forked copy does to be like an interpreter that was started for one module."""

import ctypes
import io
import os
import runpy
import signal
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

_PR_SET_PDEATHSIG = 1
_prctl = ctypes.CDLL(None, use_errno=True).prctl
OWN_PATHS = [
    each for each in sys.path[1:] if each not in os.environ.get("PYTHONPATH", "").split(os.pathsep)
]
"""The paths of the interpreter itself, without those of whoever started the server."""


@dataclass(frozen=True, kw_only=True)
class Request:
    """What `python -u -m module arguments` would have been given by its parent."""

    module: str
    arguments: Sequence[str]
    directory: str
    environment: Mapping[str, str]
    umask: int
    files: Sequence[int]
    """Standard input, output and error."""


def run(request: Request) -> None:
    """Become that interpreter; what the module raises ends the process as it always does."""
    # Whoever asked is told that the server died: then nothing may go on behind their back.
    _prctl(_PR_SET_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0)
    # Away from the server's terminal signals; who asked passes on what is meant for this one.
    os.setpgid(0, 0)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for place, file in enumerate(request.files):
        os.dup2(file, place)
        os.close(file)
    sys.stdin = io.TextIOWrapper(io.FileIO(0, closefd=False), encoding="utf-8")
    sys.stdout, sys.stderr = _unbuffered(1), _unbuffered(2)
    os.chdir(request.directory)
    os.umask(request.umask)
    os.environ.clear()
    os.environ.update(request.environment)
    paths = [each for each in request.environment.get("PYTHONPATH", "").split(os.pathsep) if each]
    sys.path[:] = [request.directory, *paths, *OWN_PATHS]
    _forget_the_checkout()
    sys.argv[1:] = request.arguments
    runpy.run_module(request.module, run_name="__main__", alter_sys=True)


def _unbuffered(file: int) -> io.TextIOWrapper:
    return io.TextIOWrapper(
        io.FileIO(file, "w", closefd=False),
        encoding="utf-8",
        errors="backslashreplace",
        write_through=True,
    )


def _forget_the_checkout() -> None:
    """Let the module see the code as it is now, not as it was when the server started."""
    for name in list(sys.modules):
        if name.partition(".")[0] == __name__.partition(".")[0] and name != __name__:
            del sys.modules[name]
