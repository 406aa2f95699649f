"""Reads parts of the report; what cannot be read is named, and the rest goes on."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from modelyard.errors import YardError
from modelyard.translate import translated

T = TypeVar("T")


@dataclass(frozen=True)
class Reading:
    """One reading of everything; no error of a part ends it."""

    missing: list[str] = field(default_factory=list)
    """What could not be read, and why."""

    def part(self, what: str, read: Callable[..., T], *of: object) -> T | None:
        """Read one part; None where it could not be read."""
        try:
            return read(*of)
        except Exception as error:
            known = error if isinstance(error, YardError) else translated(error)
            reason = known.message if known else f"{type(error).__name__}: {error}"
            self.missing.append(f"{what}: {reason}")
            return None
