"""How long segments are gathered before they are merged: few commits, and none late."""

from __future__ import annotations

import time
from collections.abc import Callable, Set

LOOK_SECONDS = 1.0
"""Between two looks while something comes in."""
QUIET_LOOKS = 10
"""Looks that find nothing before the next ones come later: what comes now and then is near."""


class Gathering:
    """Merges when nothing more has come since the last look, or when it has been long enough.

    Under steady traffic one commit takes what came in `seconds`; it gets there by doubling, so
    that what comes in a short burst is in the table after the next look or two.
    """

    def __init__(self, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._most = seconds
        self._seconds = min(LOOK_SECONDS, seconds)
        self._clock = clock
        self._seen: frozenset[str] = frozenset()
        self._over = clock()

    def is_over(self, waiting: Set[str]) -> bool:
        """Whether the waiting segments, named by their keys, are merged now."""
        over = waiting == self._seen or self._clock() >= self._over
        self._seen = frozenset(waiting)
        return over

    def merged(self) -> None:
        """Begin anew, for longer: traffic goes on."""
        self._over = self._clock() + self._seconds
        self._seconds = min(self._seconds * 2, self._most)

    def quiet(self) -> None:
        """Nothing waits: what comes next is the first of a burst."""
        self._seconds = min(LOOK_SECONDS, self._most)


class Looks:
    """The seconds until the next look: few while something comes in, more and more after that."""

    def __init__(self, seconds: float) -> None:
        self._most = seconds
        self._next = seconds
        self._quiet = QUIET_LOOKS

    def after(self, *, found: bool) -> float:
        """Seconds to wait after a look that found something, or nothing."""
        self._quiet = 0 if found else self._quiet + 1
        lately = self._quiet <= QUIET_LOOKS
        self._next = min(LOOK_SECONDS if lately else self._next * 2, self._most)
        return self._next
