"""How long segments are gathered before they are merged: few commits, and none late."""

from __future__ import annotations

import time
from collections.abc import Callable, Set

LOOK_SECONDS = 1.0
"""Between two looks while something comes in."""


class Gathering:
    """Merges when nothing more has come since the last look, or when it has been long enough.

    Under steady traffic one commit takes what came in `seconds`; what comes alone is in the table
    after the next look.
    """

    def __init__(self, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._seconds = seconds
        self._clock = clock
        self._seen: frozenset[str] = frozenset()
        self._over = clock()

    def is_over(self, waiting: Set[str]) -> bool:
        """Whether the waiting segments, named by their keys, are merged now."""
        over = waiting == self._seen or self._clock() >= self._over
        self._seen = frozenset(waiting)
        return over

    def merged(self) -> None:
        """Begin anew."""
        self._over = self._clock() + self._seconds


class Looks:
    """The seconds until the next look: few while something comes in, more and more while not."""

    def __init__(self, seconds: float) -> None:
        self._most = seconds
        self._next = seconds

    def after(self, *, found: bool) -> float:
        """Seconds to wait after a look that found something, or nothing."""
        self._next = min(LOOK_SECONDS if found else self._next * 2, self._most)
        return self._next
