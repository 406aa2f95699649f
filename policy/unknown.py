"""What no preview can know: a rule that reads it has its say at the update, when it is known."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any


class Unknown:
    """A value that is not known yet: neither below nor above any other."""

    def __lt__(self, other: object) -> bool:
        return False

    __gt__ = __le__ = __ge__ = __lt__

    def __repr__(self) -> str:
        return "<not known before the update>"


UNKNOWN = Unknown()


class Notes:
    """Whether something unknown was read so far."""

    unknown_was_read = False

    def unless_unknown(self, problems: Iterable[str]) -> Iterator[str]:
        """The problems found before anything unknown was read; the others may be none."""
        for problem in problems:
            if self.unknown_was_read:
                return
            yield problem


class Watched(dict[str, Any]):
    """Inputs that note when something unknown is read from them."""

    def __init__(self, items: dict[str, Any], notes: Notes) -> None:
        super().__init__(items)
        self._notes = notes

    def get(self, key: str, default: Any = None) -> Any:
        """The value, or the default where there is none."""
        try:
            return self[key]
        except KeyError:
            return default

    def __getitem__(self, key: str) -> Any:
        value = super().__getitem__(key)
        if value is UNKNOWN:
            self._notes.unknown_was_read = True
        return value
