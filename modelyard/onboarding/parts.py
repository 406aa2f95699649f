"""Which months or weeks of a file are meant: `2024-01`, `2024-W05`, or ranges of them."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from modelyard.errors import UsageError
from modelyard.onboarding.source import Source

UNDATED = "undated"
_WRITTEN = {
    "month": (re.compile(r"\d{4}-(0[1-9]|1[0-2])"), "2024-01", "2024-04"),
    "week": (re.compile(r"\d{4}-W(0[1-9]|[1-4]\d|5[0-3])"), "2024-W05", "2024-W09"),
}


@dataclass(frozen=True)
class Parts:
    """Ranges of months or weeks, both ends included; none means all."""

    ranges: tuple[tuple[str, str], ...] = ()

    def __contains__(self, part: str) -> bool:
        return not self.ranges or any(first <= part <= last for first, last in self.ranges)

    def require(self, there: Iterable[str]) -> None:
        """Raise UsageError where a range has none of these parts: nothing of it would land."""
        known = [*there]
        for first, last in self.ranges:
            if not any(first <= part <= last for part in known):
                raise UsageError(
                    f"--parts {_shown(first, last)}: the file has no rows of then.",
                    remedy=f"it has {', '.join(_some(known))}",
                )


def parts_of_text(source: Source, text: str) -> Parts:
    """Read `2024-01`, `2024-01:2024-04` or several with commas; all where the text is empty."""
    if not text:
        return Parts()
    if source.parts == "whole":
        raise UsageError(
            f"{source.table} has no time column: its rows land together.",
            remedy="leave out --parts",
        )
    return Parts(tuple(_range(source.parts, piece.strip()) for piece in text.split(",")))


def _range(kind: str, piece: str) -> tuple[str, str]:
    pattern, early, late = _WRITTEN[kind]
    first, colon, last = piece.partition(":")
    ends = (first, last if colon else first)
    if ends == (UNDATED, UNDATED):
        return ends
    if not all(pattern.fullmatch(end) for end in ends):
        raise UsageError(
            f'--parts "{piece}" is not understood: the rows land by {kind}.',
            remedy=f"{early}, {early}:{late}, or {UNDATED} for rows without a time",
        )
    if ends[0] > ends[1]:
        raise UsageError(f"--parts {piece} ends before it begins.", remedy=f"{last}:{first}")
    return ends


def _shown(first: str, last: str) -> str:
    return first if first == last else f"{first}:{last}"


def _some(parts: list[str], most: int = 12) -> list[str]:
    if len(parts) <= most:
        return parts
    return [*parts[: most // 2], "…", *parts[-most // 2 :]]
