"""What is due at a moment, and what became of it."""

import datetime
from collections.abc import Callable, Iterable
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
    arn: str = ""
    """Tells it from others of its name: schedules of another group, rules of another bus."""

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


def everything_due(
    sources: Iterable[Source],
    after: datetime.datetime,
    until: datetime.datetime,
    problems: list[str],
) -> list[Due]:
    """Ask every source; in the order in which it fires."""
    found = [due for source in sources for due in source.due(after, until, problems)]
    return sorted(found, key=lambda each: each.order)


def latest_of_each(due: Iterable[Due]) -> list[Due]:
    """Of all that stems from one schedule only the last; in the order in which it fires."""
    latest = {(each.kind, each.environment, each.name, each.arn): each for each in due}
    return sorted(latest.values(), key=lambda each: each.order)
