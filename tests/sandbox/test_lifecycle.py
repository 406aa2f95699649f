"""A sandbox comes up once, heals itself, says what it cannot heal, and leaves nothing behind."""

import os
import signal
import socket
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from sandbox import Layout, Sandbox, SandboxError
from sandbox.record import Record, is_supervised
from tests.sandbox.trivial import LET_GO

pytestmark = pytest.mark.process

Make = Callable[..., Sandbox]


def eventually(condition: Callable[[], bool], seconds: float = 15.0) -> bool:
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
    # The last process has let go of its lock, but may be a millisecond from being gone.
    assert eventually(lambda: processes_of(root) == [], seconds=0.5)


def part_pid(sandbox: Sandbox, name: str) -> int:
    return next(part.pid for part in sandbox.status().parts if part.name == name)


def test_up_serves_every_part_and_says_so(make: Make) -> None:
    said: list[str] = []
    sandbox = make()
    sandbox.up(said.append)
    status = sandbox.status()
    assert status.running
    assert {part.name: part.state for part in status.parts} == {
        "memory": "ready",
        "disk": "ready",
        "parent": "ready",
    }
    assert any("memory ready" in line for line in said)
    assert sandbox.environ()["AWS_ENDPOINT_URL"].startswith("http://127.0.0.1:")


def test_up_again_changes_nothing(make: Make) -> None:
    sandbox = make()
    sandbox.up()
    before = sandbox.status()
    sandbox.up()
    after = sandbox.status()
    assert [part.pid for part in after.parts] == [part.pid for part in before.parts]
    assert after.boot_id == before.boot_id


def test_down_leaves_no_process_not_even_a_grandchild_in_its_own_session(
    make: Make, tmp_path: Path
) -> None:
    sandbox = make()
    sandbox.up()
    # guard, supervisor, three parts, and the grandchild
    assert eventually(lambda: len(processes_of(tmp_path / "one")) == 6)
    sandbox.down()
    assert_nothing_runs(tmp_path / "one")
    sandbox.down()
    assert not sandbox.status().running


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
    told = next(tmp_path.rglob(LET_GO))
    assert eventually(lambda: told.read_text() != "")
    assert eventually(lambda: not psutil.pid_exists(int(told.read_text())))


def test_losing_memory_gives_a_new_boot_id_and_losing_nothing_does_not(make: Make) -> None:
    sandbox = make()
    sandbox.up()
    boot, disk = sandbox.boot_id, part_pid(sandbox, "disk")
    os.kill(disk, signal.SIGKILL)
    assert eventually(lambda: part_pid(sandbox, "disk") not in {0, disk})
    assert sandbox.boot_id == boot
    os.kill(part_pid(sandbox, "memory"), signal.SIGKILL)
    assert eventually(lambda: sandbox.boot_id != boot)


def test_stacks_of_a_lost_memory_are_refused_until_a_reset(make: Make, tmp_path: Path) -> None:
    sandbox = make()
    sandbox.up()
    boot = sandbox.boot_id
    deploy_something(tmp_path / "one")
    os.kill(part_pid(sandbox, "memory"), signal.SIGKILL)
    assert eventually(lambda: sandbox.boot_id != boot)
    with pytest.raises(SandboxError, match="lost its memory") as refused:
        sandbox.environ()
    assert "memory killed by SIGKILL" in refused.value.message
    assert "modelyard sandbox reset" in refused.value.remedy
    with pytest.raises(SandboxError, match="lost its memory"):
        sandbox.up()
    sandbox.reset()
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
    assert "modelyard sandbox reset" in refused.value.remedy
    with pytest.raises(SandboxError, match="lost"):
        sandbox.up()
    assert sandbox.status().problem


def test_after_a_clean_down_the_next_up_starts_empty(make: Make, tmp_path: Path) -> None:
    sandbox = make()
    sandbox.up()
    deploy_something(tmp_path / "one")
    sandbox.down()
    sandbox.up()
    assert sandbox.environ()


def test_two_sandboxes_run_side_by_side(make: Make, tmp_path: Path) -> None:
    one, two = make("one"), make("two")
    one.up()
    two.up()
    assert one.status().running
    assert two.status().running
    first, second = Layout.load(tmp_path / "one"), Layout.load(tmp_path / "two")
    assert first.environment("dev").pod_range != second.environment("dev").pod_range
    one.down()
    assert two.environ()


def test_a_port_in_use_is_named_and_nothing_is_left_running(make: Make, tmp_path: Path) -> None:
    sandbox = make()
    sandbox.up()
    sandbox.down()
    port = Layout.load(tmp_path / "one").registry_port
    with socket.create_server(("127.0.0.1", port)):
        with pytest.raises(SandboxError, match=rf"{port} \(disk\)") as refused:
            sandbox.up()
        assert "reset" in refused.value.remedy
        assert_nothing_runs(tmp_path / "one")


def test_a_part_that_cannot_start_is_named_with_the_end_of_its_log(
    make: Make, tmp_path: Path
) -> None:
    sandbox = make(parts="tests.sandbox.trivial:broken")
    with pytest.raises(SandboxError, match="burning") as refused:
        sandbox.up()
    assert "on fire" in refused.value.message
    assert_nothing_runs(tmp_path / "one")


def test_before_the_first_up_commands_say_how_to_begin(make: Make) -> None:
    with pytest.raises(SandboxError, match="no sandbox") as refused:
        make().environ()
    assert "modelyard sandbox up" in refused.value.remedy


def deploy_something(root: Path) -> None:
    stacks = root / "pulumi" / "state" / ".pulumi" / "stacks" / "tiny"
    stacks.mkdir(parents=True)
    (stacks / "dev.json").write_text("{}")
