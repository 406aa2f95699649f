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
    """Makes it true, going on from wherever an earlier run stopped; returns figures."""


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
            between(stage.name)
            continue
        report(heading)
        begun = time.monotonic()
        with doing(
            f"the story, stage {number} ({stage.title})",
            state="the stages before it are true and stay so; this one goes on where it stopped",
            resume=again,
        ):
            facts = stage.make()
            evidence = stage.is_true()
        if evidence is None:
            raise RefusedError(
                f"Stage {number} ({stage.title}) ran, but its end state does not hold.",
                remedy=f"modelyard status shows what is up; then: {again}",
            )
        seconds = round(time.monotonic() - begun, 1)
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
        report(f"    {evidence} ({seconds} s)")
        between(stage.name)
