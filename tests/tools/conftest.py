"""Fork servers of sandboxes of one's own, and machines that have nothing."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.tools.interpreters import Place, plain_environment, serving


@pytest.fixture
def server(tmp_path: Path) -> Iterator["subprocess.Popen[bytes]"]:
    with serving(tmp_path / "sandbox", tmp_path / "cache" / "imports.json") as process:
        yield process


@pytest.fixture
def plain(tmp_path: Path) -> Iterator[Place]:
    with Place(folder=tmp_path, environment=plain_environment()) as place:
        yield place


@pytest.fixture
def prepared(tmp_path: Path, server: "subprocess.Popen[bytes]") -> Iterator[Place]:
    environment = {**plain_environment(), "MODELYARD_SANDBOX_ROOT": str(tmp_path / "sandbox")}
    with Place(folder=tmp_path, environment=environment) as place:
        yield place


@pytest.fixture
def empty_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """No cache, and only what a test puts into `bin` is on PATH."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
    return folder
