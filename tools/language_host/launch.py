"""The process of one Pulumi program: connects it to the engine and runs its `__main__.py`."""

import asyncio
import json
import os
import runpy
import sys
import traceback
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import grpc
import pulumi
import pulumi.runtime

from tools.language_host.host import LOGGED
from tools.language_host.lean import make_lean
from tools.language_host.program import DEBUG, REQUEST


def main() -> int:
    """Run the program; an error has been logged to the engine when this returns."""
    run = json.loads(os.environ.pop(REQUEST))
    os.chdir(run["directory"])
    program = run["program"]
    folder = program if os.path.isdir(program) else os.path.dirname(program)
    # What `python __main__.py` would do: a program imports what lies beside it.
    sys.path.insert(0, os.path.abspath(folder))
    pulumi.runtime.set_all_config(run["config"], run["secrets"])
    pulumi.runtime.configure(pulumi.runtime.Settings(**run["settings"]))
    if not os.environ.get(DEBUG):
        # Each is a call that the program waits for, and nobody is shown it without --debug.
        pulumi.log.debug = _unheard
    make_lean()
    script = os.path.join(program, "__main__.py") if os.path.isdir(program) else program
    try:
        _execute(script, workers=max(run["settings"]["parallel"], 1) * 4)
    except pulumi.RunError as error:
        pulumi.log.error(str(error))
        return LOGGED
    except grpc.RpcError as error:
        # The engine is gone or is stopping: it knows why, and the user is told there.
        if error.code() in {grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.CANCELLED}:
            return LOGGED
        pulumi.log.error(f"The engine refused a call: {error.details()}")
        return LOGGED
    except SystemExit as leaving:
        return leaving.code if isinstance(leaving.code, int) else int(leaving.code is not None)
    except Exception:
        pulumi.log.error(f"The program failed with an unhandled exception:\n{_traceback()}")
        return LOGGED
    return 0


def _unheard(*_: object, **__: object) -> None:
    """Take a message that nobody wants to read."""


def _execute(script: str, workers: int) -> None:
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    # Each outstanding registration occupies a thread.
    loop.set_default_executor(ThreadPoolExecutor(min(workers, 256)))

    def program() -> Any:
        runpy.run_path(script, run_name="__main__")

    try:
        loop.run_until_complete(pulumi.runtime.run_in_stack(program))
    finally:
        # Left alone, they would complain on stderr that they were destroyed while pending.
        pending = asyncio.all_tasks(loop)
        for task in pending:
            task.cancel()
        loop.run_until_complete(asyncio.gather(*pending, return_exceptions=True))
        loop.close()


def _traceback() -> str:
    """Only the frames of the program itself: those of this host help nobody."""
    kind, error, frames = sys.exc_info()
    lines = traceback.extract_tb(frames)
    own = [line for line in lines if "language_host" not in line.filename]
    start = next((n for n, line in enumerate(own) if line.filename.endswith("__main__.py")), 0)
    return "".join(
        [*traceback.format_list(own[start:]), *traceback.format_exception_only(kind, error)]
    )


if __name__ == "__main__":
    code = main()
    sys.stdout.flush()
    sys.stderr.flush()
    # Threads that still wait for a dead engine must not keep the process.
    os._exit(code)
