"""Promise: what a dead part left is found, and what belongs to a part that lives is not."""

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.process

ADOPTS = """
import asyncio, os, signal, subprocess, sys
import psutil
from sandbox import processes
processes.adopt_orphans()
part = subprocess.Popen([sys.executable, "-c", sys.argv[1]], stdout=subprocess.PIPE, text=True)
left, held = part.stdout.read().split()
part.wait()
found = [each.pid for each in processes.orphans([part.pid])]
print(found == [int(left)])
asyncio.run(processes.end_orphans(lambda: [part.pid]))
print(psutil.pid_exists(int(left)), psutil.pid_exists(int(held)))
os.kill(int(held), signal.SIGKILL)
os.waitid(os.P_PID, int(held), os.WEXITED | os.WNOWAIT)
asyncio.run(processes.end_orphans(lambda: [part.pid]))
print(psutil.pid_exists(int(held)))
"""
PART = """
import ctypes, os, subprocess, time
from sandbox.processes import HOLDER
left = subprocess.Popen(["sleep", "60"], stdout=subprocess.DEVNULL)
named, naming = os.pipe()
held = os.fork()
if not held:
    os.close(1)
    ctypes.CDLL(None).prctl(15, HOLDER.encode(), 0, 0, 0)
    os.write(naming, b"+")
    time.sleep(60)
os.read(named, 1)
print(left.pid, held, flush=True)
os._exit(0)
"""


def test_of_what_was_adopted_only_the_left_over_is_ended_and_what_has_ended_is_collected() -> None:
    done = subprocess.run(
        [sys.executable, "-c", ADOPTS, PART],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (done.stdout, done.stderr) == ("True\nFalse True\nFalse\n", "")


def test_a_part_whose_id_is_not_known_yet_is_not_taken_for_a_left_over(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.sandbox.slow_start", str(tmp_path / "one")],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    # Alive while the other waits for it, alive and the same one after that was started again.
    assert (done.stdout, done.stderr) == ("None restarting\nNone 1\n0\n", "")
