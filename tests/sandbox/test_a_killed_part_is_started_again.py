"""A part that was killed is started again, and what it left behind ends."""

import os
import signal
from pathlib import Path

import psutil
import pytest

from tests.sandbox.observed import Make, eventually, part_pid, processes_of
from tests.sandbox.trivial import LET_GO

pytestmark = pytest.mark.process


def test_a_killed_part_is_started_again_and_counted(make: Make) -> None:
    sandbox = make()
    sandbox.up()
    pid = part_pid(sandbox, "disk")
    os.kill(pid, signal.SIGKILL)
    assert eventually(lambda: part_pid(sandbox, "disk") not in {0, pid})
    assert sandbox.environ()
    disk = next(part for part in sandbox.status().parts if part.name == "disk")
    assert (disk.restarts, disk.last_exit) == (1, "killed by SIGKILL")


def test_what_a_killed_part_leaves_behind_ends_with_it(make: Make, tmp_path: Path) -> None:
    sandbox = make()
    sandbox.up()
    root = tmp_path / "one"
    assert eventually(lambda: len(processes_of(root)) == 6)
    parent = part_pid(sandbox, "parent")
    orphan = psutil.Process(parent).children()[0]
    os.kill(parent, signal.SIGKILL)
    assert eventually(lambda: not orphan.is_running())
    assert eventually(lambda: len(processes_of(root)) == 6)


def test_what_a_part_let_go_of_is_collected_when_it_ends(make: Make, tmp_path: Path) -> None:
    make().up()
    told = tmp_path / "one" / LET_GO
    # A part that says nothing of itself is ready before it has done anything.
    assert eventually(lambda: told.exists() and told.read_text() != "")
    assert eventually(lambda: not psutil.pid_exists(int(told.read_text())))
