"""Says every ten seconds how far a long run is: what is done, how many rows it has seen."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Report = Callable[[str], None]
EVERY_SECONDS = 10.0


class Progress:
    """What is going on; a run that is over before the first message says nothing."""

    def __init__(self) -> None:
        self._what, self._rows, self._about = "", 0, False
        self._share: Callable[[], float] | None = None

    def step(self, what: str, *, rows: int = 0, estimated: bool = False) -> None:
        """From here on this is done; each query of it goes over so many rows."""
        self._what, self._rows, self._about = what, rows, estimated

    @contextmanager
    def query(self, share: Callable[[], float]) -> Iterator[None]:
        """While a query runs, `share` tells how far it is, in per cent; below 0 nobody knows."""
        self._share = share
        try:
            yield
        finally:
            self._share = None

    @contextmanager
    def told(self, report: Report) -> Iterator[None]:
        """Tell it to somebody until the end of the block."""
        over = threading.Event()

        def watch() -> None:
            while not over.wait(EVERY_SECONDS):
                if self._what:
                    report(self.line())

        thread = threading.Thread(target=watch, daemon=True)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()

    def line(self) -> str:
        """How far it is now, in one line."""
        share = self._share
        seen = share() if share is not None else -1.0
        if not self._rows or seen < 0:
            return self._what
        rows = round(self._rows * min(100.0, seen) / 100)
        if self._about:
            return f"{self._what}: about {round(rows, -3):,} rows so far"
        return f"{self._what}: {rows:,} of {self._rows:,} rows"
