"""Finds out how a CSV file is laid out: what divides and quotes fields, and their names."""

import csv
import itertools
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from modelyard.errors import UsageError

DELIMITERS = (",", ";", "\t", "|")
_RECORDS = 500
"""Records at the head of a file that decide."""
_LONGEST_FIELD = 1 << 24
_VALUE = re.compile(r"[-+]?[\d.,]*\d[\d.,]*%?|\d{1,4}[-./]\d{1,2}[-./]\d{1,4}.*")


@dataclass(frozen=True, kw_only=True)
class Dialect:
    """How to read a CSV file, and its column names as they stand in it."""

    delimiter: str
    quote: str
    names: tuple[str, ...]


def sniff(path: Path, delimiter: str | None = None) -> Dialect:
    """The dialect of a UTF-8 file; raises UsageError where there is no table in it."""
    wanted = DELIMITERS if delimiter is None else (delimiter,)
    tried = [(divider, quote) for divider in wanted for quote in ('"', "'")]
    scored = [(_score(path, *pair), pair) for pair in tried]
    # Of equal ones the first wins: a comma and double quotes are what most files have.
    best, (divider, quote) = max(scored, key=lambda item: item[0])
    names = next(_records(path, divider, quote), None)
    if names is None:
        raise UsageError(f"{path.name} is empty.", remedy="a line with names, then a line per row")
    _refuse_header(path, names, best)
    return Dialect(delimiter=divider, quote=quote, names=tuple(name.strip() for name in names))


def _score(path: Path, delimiter: str, quote: str) -> tuple[float, int]:
    """Share of the records that have as many fields as the header, and how many these are."""
    widths: Counter[int] = Counter()
    stray = False
    try:
        # Of a wide file, hundreds of records at once would be a million texts.
        for record in filter(None, _records(path, delimiter, quote)):
            widths[len(record)] += 1
            # Quotes that open in the middle of a field belong to another dialect.
            stray = stray or (quote == "'" and any(quote in field for field in record))
    except csv.Error:
        return 0.0, 0
    width = next(iter(widths), 0)
    if width < 2:
        return 0.0, width
    return widths[width] / widths.total() - (0.5 if stray else 0.0), width


def _records(path: Path, delimiter: str, quote: str) -> Iterator[list[str]]:
    csv.field_size_limit(_LONGEST_FIELD)
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.reader(file, delimiter=delimiter, quotechar=quote)
        yield from itertools.islice(reader, _RECORDS)


def _refuse_header(path: Path, names: list[str], best: tuple[float, int]) -> None:
    if len(names) < 2:
        raise UsageError(
            f"{path.name} has one column: {names[0][:60]!r}.",
            remedy="name what divides the fields, for instance: --delimiter ':'",
        )
    shown = ", ".join(names[:4])
    if all(_VALUE.fullmatch(name.strip()) for name in names if name.strip()):
        raise UsageError(
            f"{path.name} has no line with names: its first line holds values ({shown}).",
            remedy="add a first line that names the columns",
        )
    if best[0] < 0.5:
        raise UsageError(
            f"{path.name} is no table: most lines have another number of fields than the first "
            f"one, which has {len(names)} ({shown}).",
            remedy="remove lines above the names, or name what divides the fields: --delimiter",
        )
