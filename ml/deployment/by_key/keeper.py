"""Keeps a server's as-of tables new: looks every few seconds, loads aside, swaps at once."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

import structlog

if TYPE_CHECKING:
    from ml.deployment.by_key.builder import FeatureBuilder

LOOK_SECONDS = 5.0
FIRST_LOOK_SECONDS = 30.0
"""How long a new server waits for its tables before it takes callers who bring features."""

log = structlog.get_logger()

Load = Callable[[int | None], "FeatureBuilder | None"]
"""A builder for tables newer than the known ones; none where there are none."""


class Keeper(threading.Thread):
    """Has the newest builder that could be made; while newer ones fail, the old one stays."""

    def __init__(self, load: Load, seconds: float = LOOK_SECONDS) -> None:
        super().__init__(name="asof", daemon=True)
        self._load = load
        self._seconds = seconds
        self._stop = threading.Event()
        self._complaint = ""
        self._looked = self._made = time.monotonic()
        self._first = True
        self.builder: FeatureBuilder | None = None
        """Replaced as a whole: whoever read it goes on with a consistent one."""

    @property
    def unchecked_seconds(self) -> float:
        """How long ago the tables were last known to be the newest."""
        return time.monotonic() - self._looked

    @property
    def state(self) -> int:
        """Which run of `refresh` made the tables; 0 while there are none."""
        builder = self.builder
        return builder.state if builder else 0

    @property
    def settled(self) -> bool:
        """Whether it is known if there are tables; until then other servers answer by key."""
        return not self._first or time.monotonic() - self._made > FIRST_LOOK_SECONDS

    def run(self) -> None:
        """Look until told to stop."""
        while not self._stop.is_set():
            self.look()
            self._first = False
            self._stop.wait(self._seconds)

    def look(self) -> None:
        """Load newer tables, if there are any."""
        begun = time.monotonic()
        try:
            newer = self._load(self.state or None)
        except Exception as error:
            # Whatever is wrong with network, tables or feature code, what is there still answers.
            complaint = f"{type(error).__name__}: {error}"
            if complaint != self._complaint:
                log.error("asof_not_loaded", error=complaint)
            self._complaint = complaint
            return
        self._complaint = ""
        self._looked = begun
        if newer is not None:
            self.builder = newer
            log.info("asof_loaded", state=newer.state)

    def stop(self) -> None:
        """Look no more."""
        self._stop.set()
