"""Every command that changes something says first where: nothing touches a cloud by accident."""

from pathlib import Path

import pytest
import typer

from modelyard import app
from modelyard.errors import ExitCode
from tests.modelyard.keyboard import type_

CHANGING = {
    "deploy": ("deploy", "dev", "staging"),
    "data land": ("data", "land", "flight_delay", "--env", "dev", "--file", "f", "--table", "t"),
    "release build": ("release", "build"),
    "train": ("train", "flight_delay"),
    "promote": ("promote", "flight_delay", "--to", "staging"),
    "approve": ("approve", "flight_delay"),
    "waive": ("waive", "flight_delay", "--version", "2", "--reason", "r", "--expires", "x"),
    "rollback": ("rollback", "flight_delay", "--reason", "r"),
    "retrain": ("retrain", "flight_delay"),
    "delivery run": ("delivery", "run", "--env", "prod"),
    "feedback": ("feedback", "flight_delay", "--from", "labels.csv"),
}
READING = {
    "status", "predict", "data show", "audit log", "audit verify", "audit at", "trace", "report",
    "delivery list", "watch", "diagnose",
}  # fmt: skip
NAMED = {
    "deploy": "dev, staging", "data land": "dev", "release build": "dev", "train": "dev",
    "promote": "staging",
}  # fmt: skip


def with_a_target(command: object = None, path: str = "") -> set[str]:
    """Walk the command line; returns every command that takes --target."""
    command = command or typer.main.get_command(app.app)
    inner = getattr(command, "commands", None)
    if inner is not None:
        return {
            each
            for name, child in inner.items()
            for each in with_a_target(child, f"{path} {name}".strip())
        }
    names = {parameter.name for parameter in getattr(command, "params", ())}
    return {path} if "target" in names else set()


def test_every_command_with_a_target_either_reads_or_names_it() -> None:
    assert with_a_target() == {*CHANGING, *READING}


@pytest.mark.parametrize("command", CHANGING)
def test_the_target_is_named_before_anything_is_done(
    checkout: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    command: str,
) -> None:
    monkeypatch.setattr("modelyard.commands.data._own", lambda name, file, to_table: {})
    monkeypatch.setattr("modelyard.commands.feedback._read", lambda source: None)
    typed = type_(capsys, *CHANGING[command])
    # No sandbox runs here: had the command begun before, it would have failed before.
    assert typed.code == ExitCode.NOT_UP
    first = typed.err.splitlines()[0]
    assert first.endswith(f"target: sandbox: {NAMED.get(command, 'prod')}")


def test_on_aws_the_account_and_the_region_are_named(
    aws: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    typed = type_(capsys, "rollback", "flight_delay", "--reason", "r", "--target", "aws")
    assert typed.code == ExitCode.REFUSED
    assert "target: aws: prod (account 333333333333, eu-west-1)" in typed.err.splitlines()[0]
