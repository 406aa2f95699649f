"""Which part of a file with time each version learns from, and which part is lived through."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from modelyard.onboarding.parts import UNDATED

LEARNED_BY_BOTH, LEARNED = 1 / 2, 3 / 4
"""Of the rows: up to where the first version learns, and the second; the rest is lived."""
FEWEST = 4
"""Months or weeks; with fewer, both versions learn from what there is and nothing is left."""
LEARNED_BY_FIRST_OF_FEW = 2 / 3


@dataclass(frozen=True, kw_only=True)
class OwnParts:
    """Names of months (2024-05) or weeks (2024-W18), each in one of three lists."""

    first: tuple[str, ...]
    later: tuple[str, ...]
    lived: tuple[str, ...] = ()

    @property
    def lived_from(self) -> date | None:
        """The first day that is lived; none where nothing is left for it."""
        return begin_of(self.lived[0]) if self.lived else None


def split(rows: Mapping[str, int]) -> OwnParts:
    """Cut months or weeks, which are in order, where the shares of rows are reached.

    Each list has at least one, as far as they go. Rows without a time cannot be asked about at
    it: the second version learns from them.
    """
    names = [name for name in rows if name != UNDATED]
    undated = (UNDATED,) if UNDATED in rows else ()
    if len(names) < FEWEST:
        cut = _reached(names, rows, LEARNED_BY_FIRST_OF_FEW, 1, len(names) - 1)
        return OwnParts(first=tuple(names[:cut]), later=(*names[cut:], *undated))
    one = _reached(names, rows, LEARNED_BY_BOTH, 1, len(names) - 2)
    two = _reached(names, rows, LEARNED, one + 1, len(names) - 1)
    return OwnParts(
        first=tuple(names[:one]), later=(*names[one:two], *undated), lived=tuple(names[two:])
    )


def begin_of(part: str) -> date:
    """The first day of a month or ISO week."""
    year, _, rest = part.partition("-")
    if rest.startswith("W"):
        return date.fromisocalendar(int(year), int(rest[1:]), 1)
    return date(int(year), int(rest), 1)


def _reached(
    names: list[str], rows: Mapping[str, int], share: float, least: int, most: int
) -> int:
    """How many parts have this share of the rows, but not fewer or more than may be."""
    wanted, held = share * sum(rows[name] for name in names), 0
    count = 0
    while count < len(names) and held < wanted:
        held += rows[names[count]]
        count += 1
    return max(least, min(count, most))
