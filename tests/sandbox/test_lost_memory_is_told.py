"""A sandbox that lost what it held in memory says so, and no command acts on what is gone."""

import os
import signal
from pathlib import Path

import psutil
import pytest

from sandbox import SandboxError
from sandbox.record import Record, is_supervised
from tests.sandbox.observed import Make, deploy_something, eventually, part_pid, processes_of

pytestmark = pytest.mark.process


def test_losing_memory_gives_a_new_boot_id_and_losing_nothing_does_not(make: Make) -> None:
    sandbox = make()
    sandbox.up()
    boot, disk = sandbox.boot_id, part_pid(sandbox, "disk")
    os.kill(disk, signal.SIGKILL)
    assert eventually(lambda: part_pid(sandbox, "disk") not in {0, disk})
    assert sandbox.boot_id == boot
    os.kill(part_pid(sandbox, "memory"), signal.SIGKILL)
    assert eventually(lambda: sandbox.boot_id != boot)


def test_stacks_of_a_lost_memory_are_refused_until_it_was_down(make: Make, tmp_path: Path) -> None:
    sandbox = make()
    sandbox.up()
    boot = sandbox.boot_id
    deploy_something(tmp_path / "one")
    os.kill(part_pid(sandbox, "memory"), signal.SIGKILL)
    assert eventually(lambda: sandbox.boot_id != boot)
    with pytest.raises(SandboxError, match="lost its memory") as refused:
        sandbox.environ()
    assert "memory killed by SIGKILL" in refused.value.message
    assert "modelyard sandbox down" in refused.value.remedy
    with pytest.raises(SandboxError, match="lost its memory"):
        sandbox.up()
    sandbox.down()
    sandbox.up()
    assert sandbox.environ()


@pytest.mark.parametrize("who", ["supervisor", "guard"])
def test_a_killed_supervisor_takes_everything_with_it_and_the_next_command_says_so(
    make: Make, tmp_path: Path, who: str
) -> None:
    sandbox = make()
    sandbox.up()
    root = tmp_path / "one"
    deploy_something(root)
    record = Record.load(root)
    assert record is not None
    supervisor = psutil.Process(record.pid)
    victim = supervisor if who == "supervisor" else supervisor.parent()
    assert victim is not None
    victim.kill()
    # A process that ends gives up its command line a moment before it gives up its lock.
    assert eventually(lambda: processes_of(root) == [] and not is_supervised(root))
    with pytest.raises(SandboxError, match=f"process {record.pid}") as refused:
        sandbox.environ()
    assert "modelyard sandbox down" in refused.value.remedy
    with pytest.raises(SandboxError, match="lost"):
        sandbox.up()
    assert sandbox.status().problem
