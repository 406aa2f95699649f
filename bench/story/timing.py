"""Reads a told story's seconds and rows, and sets them beside the limits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from modelyard.story.lengths import LAST_STAGE
from modelyard.story.replay import MOST_WEEKS

FIRST = "sandbox"
"""A story whose environments stood already was not told from its beginning."""

WARM = {"none": 90, "release": 300, "tell": 480}
"""Length of a story, as `--story` names it → seconds on two cores once everything is built."""

COLD = {"release": 1200, "tell": 1380}
"""The same from an empty machine: virtual environment and tools are built first."""

NAMES = {"none": "environments", "release": "release story", "tell": "whole story"}


@dataclass(frozen=True, kw_only=True)
class Taken:
    """One stage, or one piece that was built before the first."""

    name: str
    title: str
    seconds: float
    rows: dict[str, int]
    """Rows by what they are: of tables that landed, and those a run was trained and judged on."""
    weeks: int | None = None
    """How many were lived; None of a stage that lives none."""


@dataclass(frozen=True, kw_only=True)
class Limit:
    """What some stages together may take on two cores."""

    name: str
    limit_seconds: float
    seconds: float | None
    """None while there is nothing to measure."""
    missing: str = ""
    """Why there is nothing; empty otherwise."""

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
            weeks=len(chapter.get("facts", {}).get("weeks", ())) or None,
        )
        for name, chapter in story.get("chapters", {}).items()
    ]


def built(story: Mapping[str, Any]) -> list[Taken]:
    """What was built before the story began: nothing of it is in any stage."""
    seconds: dict[str, float] = {}
    for piece in story.get("built", []):
        seconds[piece["what"]] = seconds.get(piece["what"], 0.0) + float(piece["seconds"])
    return [
        Taken(name=what, title=f"Built before: {what}", seconds=each, rows={})
        for what, each in seconds.items()
    ]


def limits(stages: list[Taken], before: list[Taken]) -> list[Limit]:
    """Every limit; a story before which nothing was built has no cold figure."""
    return [
        *(_limit(length, stages, [], warm=True) for length in WARM),
        *(_limit(length, stages, before, warm=False) for length in COLD),
    ]


def _limit(length: str, stages: list[Taken], before: list[Taken], *, warm: bool) -> Limit:
    seconds = _until(LAST_STAGE[length], stages)
    missing = "" if seconds is not None else "not all of its stages and weeks have been told"
    if not warm and not before:
        seconds, missing = None, "nothing was built before it"
    if seconds is not None:
        seconds += sum(each.seconds for each in before)
    return Limit(
        name=f"{NAMES[length]}, {'warm' if warm else 'cold'}",
        limit_seconds=(WARM if warm else COLD)[length],
        seconds=seconds,
        missing=missing,
    )


def _until(last: str, stages: list[Taken]) -> float | None:
    """The seconds of the stages up to the last of a length, if they have been told."""
    names = [stage.name for stage in stages]
    if FIRST not in names or last not in names:
        return None
    told = stages[: names.index(last) + 1]
    whole = all(stage.weeks in {None, MOST_WEEKS} for stage in told)
    return sum(stage.seconds for stage in told) if whole else None
