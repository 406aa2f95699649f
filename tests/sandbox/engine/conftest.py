"""One sandbox around one checkout for all tests of this folder; stacks may be there already."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

import tools
from sandbox import Project, Sandbox
from sandbox.engine import Engine
from tests.sandbox.conftest import ENVIRONMENTS
from tests.sandbox.engine import tiny_checkout
from tests.sandbox.engine.tiny_checkout import Shell


@pytest.fixture(scope="package")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Sandbox, Path]]:
    """A checkout with a tiny program, and a sandbox around it."""
    checkout = tmp_path_factory.mktemp("checkout")
    tiny_checkout.write(checkout)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", f"{tools.ensure(['pulumi'])}{os.pathsep}{os.environ['PATH']}")
        # The tools' cache is the user's; the slots' is ours, like in every test beside this one.
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        overlay = checkout / "overlay"
        project = Project(name="tiny", source=checkout, stack_files=checkout, extra=overlay)
        sandbox = Sandbox(
            checkout / ".state", ENVIRONMENTS, [project], parts="tests.sandbox.trivial:provider"
        )
        sandbox.up()
        yield sandbox, checkout
        sandbox.reset()


@pytest.fixture
def checkout(world: tuple[Sandbox, Path]) -> Iterator[Path]:
    """The checkout, with its tracked files as they were afterwards."""
    _, folder = world
    before = {file: file.read_bytes() for file in folder.glob("*.*") if file.is_file()}
    yield folder
    for file, content in before.items():
        file.write_bytes(content)
    shutil.rmtree(folder / "overlay", ignore_errors=True)


@pytest.fixture
def engine(world: tuple[Sandbox, Path], checkout: Path) -> Engine:
    sandbox, _ = world
    return Engine({**os.environ, **sandbox.environ()}, checkout)


@pytest.fixture
def nothing_made(world: tuple[Sandbox, Path], engine: Engine) -> None:
    """Of `dev` no resource is there, whatever tests before this one made of it."""
    sandbox, _ = world
    if (sandbox.root / "pulumi/state/.pulumi/stacks/tiny/dev.json").exists():
        engine.destroy("dev")


@pytest.fixture
def shell(world: tuple[Sandbox, Path]) -> Shell:
    sandbox, folder = world

    def run(*words: str, cwd: Path = folder) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            ["pulumi", *words],
            cwd=cwd,
            env={**os.environ, **sandbox.environ()},
            capture_output=True,
            text=True,
            check=False,
        )

    return run
