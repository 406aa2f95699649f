"""Keys of a real account in the caller's shell reach no process of the sandbox."""

import os
from pathlib import Path
from typing import NoReturn

import pytest

from modelyard import laptop
from sandbox import Environment, Layout, Sandbox, shim
from sandbox.plan import Plan
from sandbox.variables import FOREIGN, inner
from tests.modelyard.keyboard import type_

REAL = dict.fromkeys(FOREIGN, "of a real account")
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def layout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Layout:
    """A sandbox that was made, entered from a shell with keys of a real account."""
    for name, value in REAL.items():
        monkeypatch.setenv(name, value)
    environments = [Environment(name="dev", account="111111111111", region="eu-west-1")]
    made = Layout.create(tmp_path / "state", environments)
    Plan().save(made.root)
    return made


class BecameError(Exception):
    """Stands for the program that a process has turned into."""


def test_the_engine_gets_none(
    layout: Layout, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = tmp_path / "programs" / "pulumi"
    engine.parent.mkdir()
    engine.touch(mode=0o755)
    monkeypatch.setenv("PATH", f"{engine.parent}:/usr/bin:/bin")
    monkeypatch.chdir(tmp_path)
    got: dict[str, str] = {}

    def become(path: str, arguments: list[str], environment: dict[str, str]) -> NoReturn:
        got.update(environment)
        raise BecameError(path)

    monkeypatch.setattr(os, "execve", become)
    with pytest.raises(BecameError, match=str(engine)):
        shim.main(layout.root, ["version"])
    assert not got.keys() & REAL.keys()
    assert got["AWS_ENDPOINT_URL"] == layout.aws_endpoint


def test_the_sandboxs_own_processes_get_none(layout: Layout) -> None:
    given = inner(layout, Plan())
    assert not given.keys() & REAL.keys()
    assert given["AWS_ENDPOINT_URL"] == layout.aws_endpoint


def test_a_shell_is_told_to_forget_them(
    layout: Layout, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MODELYARD_ROOT", str(ROOT))
    address = {"AWS_ENDPOINT_URL": layout.aws_endpoint}
    monkeypatch.setenv("AWS_ENDPOINT_URL", "")
    monkeypatch.setattr(Sandbox, "environ", lambda self: address)
    lines = type_(capsys, "sandbox", "env").out.splitlines()
    assert [each for each in lines if each.startswith("unset ")] == [
        f"unset {name}" for name in sorted(FOREIGN)
    ]
    assert f"export AWS_ENDPOINT_URL={layout.aws_endpoint}" in lines


def test_whoever_starts_the_sandbox_forgets_them_too(
    layout: Layout, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(laptop, "prepare", lambda root, report: None)
    monkeypatch.setattr(Sandbox, "up", lambda self, report: None)
    monkeypatch.setattr(Sandbox, "environ", lambda self: {})
    monkeypatch.setenv("MODELYARD_ROOT", str(ROOT))
    laptop.start(ROOT, lambda said: None)
    assert not os.environ.keys() & REAL.keys()
