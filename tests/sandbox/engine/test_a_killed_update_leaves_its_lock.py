"""An update that is killed keeps the next one out, which says by whom and how to go on."""

import os
import signal
import subprocess
from pathlib import Path

import pytest

from sandbox import Sandbox
from sandbox.engine import Engine, EngineError
from tests.recovery import Recovery
from tests.sandbox.engine.tiny_checkout import Shell
from tests.sandbox.observed import eventually

pytestmark = pytest.mark.engine


def locks(checkout: Path) -> list[Path]:
    return [*(checkout / ".state/pulumi/state/.pulumi/locks").rglob("*.json")]


def test_once_it_is_cancelled_the_stack_is_whole(
    engine: Engine, checkout: Path, world: tuple[Sandbox, Path], shell: Shell, recovery: Recovery
) -> None:
    program = checkout / "__main__.py"
    whole = program.read_text()
    program.write_text(f"{whole}\nimport time\ntime.sleep(600)\n")
    doomed = subprocess.Popen(
        ["pulumi", "up", "--stack", "dev", "--yes", "--skip-preview", "--non-interactive"],
        cwd=checkout,
        env={**os.environ, **world[0].environ()},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    assert eventually(lambda: locks(checkout) != [], seconds=60)
    doomed.send_signal(signal.SIGKILL)
    doomed.wait()
    program.write_text(whole)
    with pytest.raises(EngineError, match="currently locked") as refused:
        engine.up("dev")
    assert f"(pid {doomed.pid})" in refused.value.message
    assert "`pulumi cancel --stack dev`" in refused.value.remedy
    with recovery.within(60, "an update killed, from its lock on"):
        assert shell("cancel", "--stack", "dev", "--yes").returncode == 0
        engine.up("dev")
    assert locks(checkout) == []
    assert engine.preview("dev").changed == 0
