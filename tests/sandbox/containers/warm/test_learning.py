"""Promise: what programs import is learned from them, and none of them waits for it."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox.containers.warm.warm_inside.loading import Preloading, _Observer


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "learned_pack").mkdir()
    for name in ("__init__", "part", "__main__"):
        (tmp_path / "learned_pack" / f"{name}.py").touch()
    (tmp_path / "learned_broken.py").write_text("raise RuntimeError('optional')")
    return tmp_path


@pytest.fixture
def preloading(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Preloading]:
    monkeypatch.syspath_prepend(folder)
    preloading = Preloading(folder / "names.json", [str(folder)])
    yield preloading
    os.close(preloading._reading)
    os.close(preloading._writing)


def imports(preloading: Preloading, *names: str) -> None:
    """What a program's process does as it imports."""
    for name in names:
        assert _Observer(preloading._writing).find_spec(name) is None


def test_what_lies_in_the_folders_is_loaded_and_remembered(
    preloading: Preloading, folder: Path
) -> None:
    imports(preloading, "json", "learned_pack.part", "learned_pack.__main__", "no_such_module")
    preloading.learn()
    while preloading.pending:
        preloading.load_one()
    assert json.loads((folder / "names.json").read_text()) == ["learned_pack.part"]


def test_what_cannot_be_loaded_is_left_to_programs(
    preloading: Preloading, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    imports(preloading, "learned_broken")
    preloading.learn()
    preloading.load_one()
    assert "learned_broken is left to programs: RuntimeError: optional" in capsys.readouterr().err
    assert json.loads((folder / "names.json").read_text()) == []


def test_a_program_goes_on_where_nobody_listens(preloading: Preloading) -> None:
    imports(preloading, *(f"module_{number}_of_very_many" for number in range(10_000)))
    # What did not fit was not waited with.
    assert 0 < os.read(preloading.fileno(), 1 << 20).count(b"\n") < 10_000


@pytest.mark.parametrize("text", ["", "{", "[1, null]", '["no_such_module"]'])
def test_a_memory_that_means_nothing_is_none(folder: Path, text: str) -> None:
    (folder / "names.json").write_text(text)
    assert not Preloading(folder / "names.json", [str(folder)]).pending
