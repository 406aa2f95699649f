"""Plain `pulumi` works from the shell as it is, and does nothing behind the tracked files."""

import os
import signal
import subprocess
from pathlib import Path

import psutil
import pytest

from sandbox import Sandbox
from sandbox.engine import Engine
from tests.sandbox.engine.tiny_checkout import Shell
from tests.sandbox.observed import eventually

pytestmark = pytest.mark.engine


def test_the_shell_needs_no_set_up_and_tracked_files_stay_as_they_are(
    shell: Shell, checkout: Path
) -> None:
    before = {file.name: file.read_bytes() for file in checkout.glob("Pulumi*.yaml")}
    done = shell("preview", "--stack", "prod", "--non-interactive")
    assert done.returncode == 0, done.stderr
    assert "warning" not in done.stdout
    assert {file.name: file.read_bytes() for file in checkout.glob("Pulumi*.yaml")} == before


def test_a_misspelt_stack_is_not_made(
    shell: Shell,
) -> None:
    done = shell("preview", "--stack", "prdo", "--non-interactive")
    assert done.returncode != 0
    assert "no stack named 'prdo'" in done.stderr


def test_config_is_not_set_behind_the_tracked_file(
    shell: Shell,
) -> None:
    done = shell("config", "set", "word", "x", "--stack", "dev")
    assert done.returncode == 3
    assert "Edit Pulumi.<environment>.yaml" in done.stderr


def test_a_policy_pack_named_from_the_shell_stops_a_bad_plan(shell: Shell, checkout: Path) -> None:
    arguments = ("preview", "--stack", "dev", "--non-interactive", "--policy-pack", "policy")
    done = shell(*arguments)
    assert done.returncode == 0, done.stdout + done.stderr
    (checkout / "words.py").write_text("WORD = 'rude'\n")
    done = shell(*arguments)
    assert done.returncode != 0
    assert "mind your words" in done.stdout


def test_a_provider_that_lost_its_memory_stops_the_shell(
    world: tuple[Sandbox, Path], engine: Engine
) -> None:
    sandbox, _ = world
    engine.up("dev")
    boot = sandbox.root / "pulumi" / "boot"
    known = boot.read_text()
    boot.write_text("another")
    try:
        environment = {**os.environ, "PATH": f"{sandbox.root / 'bin'}:{os.environ['PATH']}"}
        done = subprocess.run(
            ["pulumi", "preview", "--stack", "dev"],
            cwd=sandbox.root.parent,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
    finally:
        boot.write_text(known)
    assert done.returncode == 3
    assert "modelyard sandbox down" in done.stderr


def test_ctrl_c_ends_a_program_quietly_and_leaves_no_process(
    world: tuple[Sandbox, Path], checkout: Path
) -> None:
    sandbox, _ = world
    started = checkout / "started"
    (checkout / "__main__.py").write_text(
        "import os, pathlib, time\n"
        f"pathlib.Path({str(started)!r}).write_text(str(os.getpid()))\n"
        "time.sleep(600)\n"
    )
    process = subprocess.Popen(
        ["pulumi", "preview", "--stack", "dev", "--non-interactive"],
        cwd=checkout,
        env={**os.environ, **sandbox.environ()},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        assert eventually(lambda: started.exists() and started.read_text() != "", seconds=90)
        # As a terminal does: every process of the group gets it.
        os.killpg(process.pid, signal.SIGINT)
        shown, _ = process.communicate(timeout=60)
    finally:
        process.kill()
        process.communicate()
    assert process.returncode != 0
    assert "preview canceled" in shown
    assert "Traceback" not in shown
    program = int(started.read_text())
    started.unlink()
    assert eventually(lambda: not psutil.pid_exists(program))
