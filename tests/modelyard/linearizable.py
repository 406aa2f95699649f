"""Whether what several people did and saw at once could have come one after the other."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Live = tuple[str, ...]
"""The versions that a rollback would go back through, oldest first; the last one is live."""


@dataclass(frozen=True, kw_only=True)
class Seen:
    """One thing that somebody did, between two moments, and what came of it."""

    what: Literal["release", "back", "read"]
    version: str
    """What was released, what a rollback made live, or what was read."""
    begun: float
    ended: float
    refused: bool = False


def in_some_order(history: Sequence[Seen], live: Live) -> bool:
    """Say whether one order explains all of it.

    In it nothing comes before what had ended when it began (the search of Wing and Gong).
    """
    dead_ends: set[tuple[frozenset[int], Live]] = set()

    def explained(left: frozenset[int], live: Live) -> bool:
        if not left:
            return True
        if (left, live) in dead_ends:
            return False
        first_end = min(history[number].ended for number in left)
        for number in left:
            if history[number].begun > first_end:
                continue
            then = _after(live, history[number])
            if then is not None and explained(left - {number}, then):
                return True
        dead_ends.add((left, live))
        return False

    return explained(frozenset(range(len(history))), live)


def _after(live: Live, seen: Seen) -> Live | None:
    """What is live after it; None where it could not have come of what was live before."""
    if seen.what == "read":
        return live if seen.version == live[-1] else None
    if seen.what == "release":
        newer = int(seen.version) > int(live[-1])
        if seen.refused:
            return None if newer else live
        return (*live, seen.version) if newer else None
    if seen.refused:
        return live if len(live) == 1 else None
    return live[:-1] if live[-2:-1] == (seen.version,) else None
