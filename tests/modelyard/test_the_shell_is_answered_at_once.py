"""Help and completion cost a shell no waiting: they load nothing that they do not need."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.modelyard.keyboard import type_

HEAVY = ("boto3", "polars", "altair", "kubernetes", "pulumi", "ml", "sandbox", "pydantic")
ROOT = Path(__file__).resolve().parents[2]
COMMAND = ROOT / "bin" / "modelyard"
SECONDS = 0.5


def run(*command: str) -> subprocess.CompletedProcess[str]:
    """A process as a shell would start it: measuring coverage would be most of its time."""
    plain = {k: v for k, v in os.environ.items() if not k.startswith("COVERAGE")}
    # Bytecode is there from the first run on, as in a checkout that is used.
    plain.pop("PYTHONDONTWRITEBYTECODE", None)
    return subprocess.run(command, cwd=ROOT, env=plain, capture_output=True, text=True, check=True)


def processor_seconds(*command: str) -> float:
    """What a process and its children computed: waiting for a busy machine is not counted."""
    before = os.times()
    run(*command)
    after = os.times()
    return (after.children_user - before.children_user) + (
        after.children_system - before.children_system
    )


def test_help_takes_less_than_half_a_second() -> None:
    assert "Exit codes" in run(str(COMMAND), "--help").stdout
    # Neighbours on a busy machine make the same work take longer, never shorter.
    assert any(0 < processor_seconds(str(COMMAND), "--help") < SECONDS for _ in range(12))


def test_help_imports_nothing_heavy() -> None:
    script = (
        "import sys; from modelyard import app; "
        "app.run(lambda: app.app(args=['--help'], standalone_mode=False)); "
        f"print([m for m in {HEAVY} if m in sys.modules], file=sys.stderr)"
    )
    assert run(sys.executable, "-c", script).stderr.strip().endswith("[]")


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("modelyard predict fl", {"flight_delay"}),
        ("modelyard promote ", {"diabetes", "flight_delay"}),
        ("modelyard status --env ", {"dev", "staging", "prod"}),
        ("modelyard status --target s", {"sandbox"}),
        ("modelyard roll", {"rollback"}),
    ],
)
def test_a_shell_completes_models_environments_and_commands(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    typed: str,
    offered: set[str],
) -> None:
    # The variables by which bash asks.
    monkeypatch.setenv("_MODELYARD_COMPLETE", "complete_bash")
    monkeypatch.setenv("COMP_WORDS", typed)
    monkeypatch.setenv("COMP_CWORD", str(len(typed.split(" ")) - 1))
    monkeypatch.setenv("MODELYARD_ROOT", str(ROOT))
    assert set(type_(capsys).out.split()) == offered
