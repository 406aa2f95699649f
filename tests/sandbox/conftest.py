"""Sandboxes with trivial parts, in a cache of their own, that never outlive their test."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sandbox import Environment, Project, Sandbox

ENVIRONMENTS = (
    Environment(name="dev", account="111111111111", region="eu-west-1"),
    Environment(name="prod", account="333333333333", region="eu-west-1"),
)


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Callable[..., Sandbox]]:
    made: list[Sandbox] = []

    def make(
        name: str = "one",
        parts: str = "tests.sandbox.trivial:parts",
        projects: tuple[Project, ...] = (),
    ) -> Sandbox:
        made.append(Sandbox(tmp_path / name, ENVIRONMENTS, projects, parts=parts))
        return made[-1]

    yield make
    for each in made:
        each.reset()
