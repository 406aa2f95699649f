"""Reads a told story's seconds and rows, and sets them beside the limits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

FIRST = ("sandbox", "environments")
"""The stages that `make up STORY=none` tells."""

LAST = "life"
"""A story without this stage was not told to its end."""


@dataclass(frozen=True, kw_only=True)
class Taken:
    """One stage."""

    name: str
    title: str
    seconds: float
    rows: dict[str, int]
    """Rows by what they are: of tables that landed, and those a run was trained and judged on."""


@dataclass(frozen=True, kw_only=True)
class Limit:
    """What some stages together may take on two cores."""

    name: str
    limit_seconds: float
    seconds: float | None
    """None while not all of these stages have been told."""

    @property
    def ratio(self) -> float | None:
        """Share of the limit that was used; above 1 is too slow."""
        return None if self.seconds is None else self.seconds / self.limit_seconds


def taken(story: Mapping[str, Any]) -> list[Taken]:
    """The stages of a story in the order in which they were told."""
    return [
        Taken(
            name=name,
            title=chapter["title"],
            seconds=float(chapter["seconds"]),
            rows=dict(chapter.get("facts", {}).get("rows", {})),
        )
        for name, chapter in story.get("chapters", {}).items()
    ]


def limits(stages: list[Taken]) -> list[Limit]:
    """Every limit; whether tools and image were there already, the one who ran it knows."""
    seconds = {stage.name: stage.seconds for stage in stages}
    up = sum(seconds[name] for name in FIRST) if set(FIRST) <= set(seconds) else None
    whole = sum(seconds.values()) if up is not None and LAST in seconds else None
    return [
        Limit(name="environments, warm", limit_seconds=90, seconds=up),
        Limit(name="whole story, warm", limit_seconds=480, seconds=whole),
        Limit(name="whole story, cold", limit_seconds=1380, seconds=whole),
    ]
