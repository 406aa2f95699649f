"""A stage of the story: an end state that can be checked, and how to get there."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from modelyard.activity import doing
from modelyard.delivery.journey import now
from modelyard.errors import RefusedError
from modelyard.story.book import Book, Chapter

Report = Callable[[str], None]


@dataclass(frozen=True, kw_only=True)
class Stage:
    """One stage; `is_true` looks at the world, never at what an earlier run noted."""

    name: str
    title: str
    is_true: Callable[[], str | None]
    """Returns the evidence that the end state holds, or None."""
    make: Callable[[], dict[str, Any]]
    """Makes it true, going on from wherever an earlier run stopped; returns what only it saw."""
    figures: Callable[[], dict[str, Any]] = dict
    """Reads what it came to off the world: it may come true after its run was cut off."""


def walk(
    stages: Sequence[Stage],
    book: Book,
    report: Report,
    *,
    again: str = "make up",
    between: Callable[[str], None] = lambda name: None,
) -> None:
    """Make every stage true in order; `between` is called after each with its name.

    `again` is the command that goes on where this one stopped.
    """
    for number, stage in enumerate(stages, start=1):
        heading = f"[{number}/{len(stages)}] {stage.title}"
        evidence = stage.is_true()
        if evidence is not None:
            report(f"{heading}: already true: {evidence}")
            if book.spent(stage.name):
                # Its last attempt was cut off, and what it had begun came true without it.
                _write(book, stage, evidence, stage.figures())
            between(stage.name)
            continue
        report(heading)
        with doing(
            f"the story, stage {number} ({stage.title})",
            state="the stages before it are true and stay so; this one goes on where it stopped",
            resume=again,
        ):
            evidence, seen = _make(stage, number, book, again)
        seconds = _write(book, stage, evidence, {**seen, **stage.figures()})
        report(f"    {evidence} ({seconds} s)")
        between(stage.name)


def _make(stage: Stage, number: int, book: Book, again: str) -> tuple[str, dict[str, Any]]:
    """Make a stage true; what the attempt took is in the book, however it ends."""
    begun = time.monotonic()
    try:
        seen = stage.make()
        evidence = stage.is_true()
    finally:
        book.spend(stage.name, time.monotonic() - begun)
    if evidence is None:
        raise RefusedError(
            f"Stage {number} ({stage.title}) ran, but its end state does not hold.",
            remedy=f"modelyard status shows what is up; then: {again}",
        )
    return evidence, seen


def _write(book: Book, stage: Stage, evidence: str, facts: dict[str, Any]) -> float:
    """Close the chapter with the seconds of all its attempts, and return them."""
    seconds = round(book.so_far(stage.name) + book.spent(stage.name), 1)
    book.write(
        Chapter(
            name=stage.name,
            title=stage.title,
            seconds=seconds,
            evidence=evidence,
            at=now(),
            facts=facts,
        )
    )
    return seconds
