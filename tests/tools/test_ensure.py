"""Programs come from the cache, from PATH or from a build, and a failure names the ways out."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.tools.machines import program
from tools import ToolError, cache, ensure, golang, installed
from tools.pins import KUBERNETES, PULUMI, TOOLS

pytestmark = [pytest.mark.process, pytest.mark.usefixtures("empty_machine")]


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
