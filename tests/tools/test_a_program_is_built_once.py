"""A program is built once for all checkouts, never in silence, and whole or not at all."""

import os
import threading
from pathlib import Path

import pytest

from tests.sandbox.observed import eventually
from tests.tools.machines import program, real_go
from tools import ToolError, build, cache
from tools.pins import Tool

pytestmark = [pytest.mark.process, pytest.mark.usefixtures("empty_machine")]


@pytest.fixture
def tool(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Tool:
    """A program of ten lines that builds in a second."""
    monkeypatch.setattr("tools.pins.MODULES", tmp_path / "modules")
    folder = tmp_path / "modules" / "tiny" / "hello"
    folder.mkdir(parents=True)
    (folder.parent / "go.mod").write_text("module tiny\n\ngo 1.26\n")
    (folder.parent / "go.sum").write_text("")
    (folder / "main.go").write_text('package main\n\nfunc main() { println("hello") }\n')
    return Tool(
        name="hello", module="tiny", package="./hello", purpose="saying hello", cold_minutes=0.1
    )


def test_a_build_is_kept_and_made_only_once(tool: Tool) -> None:
    go, said = real_go(), list[str]()
    built = build.build(tool, go, said.append)
    assert built == cache.location(tool)
    assert os.access(built, os.X_OK)
    assert said[0].startswith("hello: building saying hello")
    assert said[-1].startswith("hello: built in ")
    said.clear()
    assert build.build(tool, go, said.append) == built
    assert said == []


def test_a_changed_source_or_flag_is_another_build(tool: Tool) -> None:
    before = cache.key(tool)
    assert cache.key(tool) == before
    source = tool.folder / "hello" / "main.go"
    source.write_text(source.read_text() + "// changed\n")
    changed = cache.key(tool)
    assert changed != before
    (tool.folder / "go.sum").write_text("x")
    assert cache.key(tool) not in {before, changed}


def test_a_failed_build_shows_the_compilers_words_and_leaves_no_program(
    tool: Tool,
) -> None:
    (tool.folder / "hello" / "main.go").write_text("package main\n\nfunc main() { oops() }\n")
    with pytest.raises(ToolError, match="undefined: oops"):
        build.build(tool, real_go(), lambda _: None)
    assert not cache.location(tool).exists()


def held_up(folder: Path, *steps: str) -> Path:
    """A Go whose every step lasts until there is a file of its number, and a minute at most."""
    slow = program(folder, "go", "")
    lines = ["#!/bin/sh"]
    for number, step in enumerate(steps):
        looks = (
            f"for look in $(seq 600); do [ -e {folder / str(number)} ] && break; sleep 0.1; done"
        )
        lines += [step, looks]
    lines += ['while [ "$1" != -o ]; do shift; done; touch "$2"', ""]
    slow.write_text("\n".join(lines))
    return slow


def test_a_long_build_is_never_silent(
    tool: Tool, empty_machine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(build, "SILENCE_SECONDS", 0.5)
    slow = held_up(
        empty_machine,
        "echo 'go: downloading example.com/big v1.2.3' >&2",
        "echo example.com/big/part >&2",
    )
    awaited = [
        "1 modules fetched, now downloading example.com/big v1.2.3",
        "1 packages compiled, now example.com/big/part",
    ]

    def told(said: str) -> None:
        for number, words in enumerate(awaited):
            if words in said:
                (empty_machine / str(number)).touch()

    build.build(tool, slow, told)
    assert all((empty_machine / str(number)).exists() for number in range(len(awaited)))


def test_a_second_checkout_waits_for_the_first_ones_build(tool: Tool, empty_machine: Path) -> None:
    counted = empty_machine / "count"
    slow = held_up(empty_machine, f"echo x >> {counted}")
    first = threading.Thread(target=build.build, args=(tool, slow, lambda _: None))
    first.start()
    assert eventually(counted.exists, seconds=60)
    said: list[str] = []

    def told(message: str) -> None:
        said.append(message)
        (empty_machine / "0").touch()

    build.build(tool, slow, told)
    first.join()
    assert counted.read_text() == "x\n"
    assert "another process" in said[0]
