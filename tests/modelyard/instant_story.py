"""A story each of whose stages is made at once, and on which Ctrl-C can be aimed."""

from collections.abc import Callable
from typing import Any

from modelyard.story.stage import Stage

MADE: list[str] = []
"""The stages that were made, in order."""


def sandbox_holds() -> bool:
    """Asked before the first stage."""
    return "sandbox" in MADE


def data_holds() -> bool:
    """Asked between the first two stages."""
    return "data" in MADE


def holds(name: str) -> Callable[[], str | None]:
    """A stage's look at the world; that of the first two goes where Ctrl-C can hit it."""
    looks = {"sandbox": lambda: sandbox_holds(), "data": lambda: data_holds()}
    look = looks.get(name, lambda: name in MADE)
    return lambda: "it is" if look() else None


def stage(name: str) -> Stage:
    """A stage that is true as soon as it was made."""

    def make() -> dict[str, Any]:
        MADE.append(name)
        return {}

    return Stage(name=name, title=name.title(), is_true=holds(name), make=make)
