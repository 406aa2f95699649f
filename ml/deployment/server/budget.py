"""Bounds what all requests together may hold in memory before they are answered."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from ml.deployment.server.refusal import Code, RequestError


class Budget:
    """Bytes of bodies that are held at this moment; never more than the limit."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self.held = 0

    @contextmanager
    def holding(self) -> Iterator[Callable[[int], None]]:
        """Take bytes one by one as they come; all are given back when the request is done."""
        taken = 0

        def take(size: int) -> None:
            nonlocal taken
            if self.held + size > self._limit:
                raise RequestError(
                    Code.OVERLOADED,
                    f"bodies of {self._limit} bytes are being received; try again later",
                    unread=True,
                )
            self.held += size
            taken += size

        try:
            yield take
        finally:
            self.held -= taken
