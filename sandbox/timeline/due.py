"""What is due at a moment, and what became of it."""

import datetime
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, Protocol

Result = Literal["delivered", "skipped", "unsupported", "failed"]

LIMIT = 10_000
"""More than this in one move is a mistake: a rate of a minute over half a year."""


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What firing led to."""

    target: str
    """ARN of the target, or namespace and name of the Job."""
    result: Result
    detail: str = ""
    """Why it was not delivered; empty if it was."""


@dataclass(frozen=True, kw_only=True)
class Due:
    """One thing at one moment."""

    at: datetime.datetime
    kind: str
    """`EventBridge rule`, `EventBridge schedule` or `CronJob`."""
    environment: str
    name: str
    fire: Callable[[], list[Outcome]]
    """Called once, when the clock stands at `at`."""

    @property
    def order(self) -> tuple[datetime.datetime, str, str, str]:
        """Earliest first; what is due at one moment fires in an order that never changes."""
        return (self.at, self.kind, self.environment, self.name)


class Source(Protocol):
    """Knows things that recur."""

    by_wall: bool
    """Whether it must also be asked while nobody has set the clock."""

    def due(
        self, after: datetime.datetime, until: datetime.datetime, problems: list[str]
    ) -> list[Due]:
        """Return what is due after the first moment and up to the second, in any order.

        What cannot be read is told in `problems`, in words.
        """
