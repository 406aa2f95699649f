"""What `make` builds is noted with its seconds, and what was there already is not."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from modelyard.story.tell import BUILT
from tools import ToolError, golang
from tools.__main__ import main
from tools.pins import PULUMI

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def notes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where it is noted on a machine without cache and without programs."""
    (tmp_path / "bin").mkdir()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:/usr/bin:/bin")
    return tmp_path / "state" / BUILT


def read(notes: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in notes.read_text().splitlines()]


def script(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)


def test_a_tool_that_is_there_is_not_noted(notes: Path, tmp_path: Path) -> None:
    script(tmp_path / "bin" / "pulumi", f"echo v{PULUMI}")
    assert main(["ensure", "pulumi", "--note", str(notes)]) == 0
    assert not notes.exists()


def test_every_attempt_at_one_that_is_missing_is_noted(
    notes: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def nothing(_: Callable[[str], None]) -> Path:
        raise ToolError("The package index cannot be reached.")

    def stopped(_: Callable[[str], None]) -> Path:
        raise KeyboardInterrupt

    for found, code in ((nothing, 3), (stopped, 130)):
        monkeypatch.setattr(golang, "find", found)
        assert main(["ensure", "pulumi", "--note", str(notes)]) == code
    assert [each["what"] for each in read(notes)] == ["tools", "tools"]
    assert all(each["seconds"] >= 0 for each in read(notes))


@pytest.mark.process
def test_make_notes_where_the_story_looks_for_it(tmp_path: Path) -> None:
    for name in ("Makefile", "requirements.txt", "tools/lock/bootstrap.txt"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    script(tmp_path / ".venv" / "bin" / "python", 'echo "$@" >> calls')
    script(tmp_path / ".venv" / "bin" / "uv", "sleep 1.1")
    for _ in range(2):
        command = ["make", "--no-print-directory", "tools", f"PYTHON={sys.executable}"]
        subprocess.run(command, cwd=tmp_path, check=True, env={**os.environ, "MAKEFLAGS": ""})
    (piece,) = read(tmp_path / ".modelyard" / BUILT)
    assert piece["what"] == "setup"
    assert piece["seconds"] >= 1
    calls = (tmp_path / "calls").read_text().splitlines()
    assert calls.count(f"-m tools ensure --note .modelyard/{BUILT}") == 2
