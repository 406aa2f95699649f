"""Measures how long it takes until something works again, says so, and bounds it."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Told = Callable[[str, object], None]
"""pytest's `record_property`: what it is told stands in the report of the run."""


class Recovery:
    """Seconds from the end of a fault, or from its beginning, until all is well again."""

    def __init__(self, tell: Told) -> None:
        self._tell = tell

    @contextmanager
    def within(self, seconds: float, fault: str) -> Iterator[None]:
        """Measure a block that ends once all is well; it may take that many seconds."""
        begun = time.monotonic()
        yield
        took = time.monotonic() - begun
        self._tell("recovered", f"{fault}: {took:.2f} s")
        sys.stdout.write(f"recovered from {fault}: {took:.2f} s\n")  # shown by pytest -rP
        assert took < seconds, f"{fault}: recovered after {took:.2f} s, not within {seconds} s"
