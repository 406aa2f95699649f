"""What a person does with a command that runs in their terminal: read, and press Ctrl-C."""

import os
import re
import signal
import subprocess
import threading


def read_until(process: "subprocess.Popen[str]", pattern: str, seconds: float) -> str:
    """Read what a process shows until a line matches, and return all of it."""
    stopwatch = threading.Timer(seconds, process.kill)
    stopwatch.start()
    shown = ""
    try:
        for line in process.stdout or ():
            shown += line
            if re.search(pattern, line):
                return shown
    finally:
        stopwatch.cancel()
    raise AssertionError(f"{pattern!r} was not shown within {seconds} s: {shown}")


def ctrl_c(process: "subprocess.Popen[str]") -> str:
    """Press Ctrl-C in the process's terminal, and return what it showed until it ended."""
    os.killpg(process.pid, signal.SIGINT)
    stopwatch = threading.Timer(300, os.killpg, (process.pid, signal.SIGKILL))
    stopwatch.start()
    try:
        # Not by `communicate`, which would not know of what was read together with a line before.
        shown = process.stdout.read() if process.stdout else ""
        process.wait()
    finally:
        stopwatch.cancel()
    return shown
