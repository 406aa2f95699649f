"""Keeps alarms and schedules alive on a sandbox whose clock nobody has set."""

import sys
import threading
import traceback

from sandbox.timeline.timeline import Timeline

SECONDS = 20.0
"""Between two looks: an alarm with a period of a minute rings within a minute and a half."""


class Pulse:
    """A thread that ticks until it is stopped."""

    def __init__(self, timeline: Timeline, seconds: float = SECONDS) -> None:
        self._timeline = timeline
        self._seconds = seconds
        self._stopped = threading.Event()

    def start(self) -> None:
        """Begin to tick."""
        threading.Thread(target=self._run, name="pulse", daemon=True).start()

    def stop(self) -> None:
        """Tick no more."""
        self._stopped.set()

    def _run(self) -> None:
        while not self._stopped.wait(self._seconds):
            try:
                self._timeline.tick()
            except Exception:
                # The next tick looks again; without this one bad alarm would silence all others.
                traceback.print_exc(file=sys.stderr)
