"""Finds out how a CSV file is laid out: what divides and quotes fields, and their names."""

import csv
import itertools
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from modelyard.errors import UsageError

DELIMITERS = (",", ";", "\t", "|", "^", "~")
_RECORDS = 500
"""Records at the head of a file that decide."""
LONGEST_FIELD = 1 << 24
_VALUE = re.compile(r"[-+]?[\d.,]*\d[\d.,]*%?|\d{1,4}[-./]\d{1,2}[-./]\d{1,4}.*")
_SAID = re.compile(r"""['"]?sep=([^\w\s"']|\t| )['"]?[,;\t]*""", re.IGNORECASE)
_LONGEST_SAID = 99
_YEAR = re.compile(r"(19|20)\d\d")


@dataclass(frozen=True, kw_only=True)
class Dialect:
    """How to read a CSV file, and its column names as they stand in it."""

    delimiter: str
    quote: str
    names: tuple[str, ...]
    lines: int
    """Lines up to the end of the names: names may hold line ends, blank lines stand before."""


def sniff(path: Path, delimiter: str | None = None) -> Dialect:
    """The dialect of a UTF-8 file; raises UsageError where there is no table in it."""
    said = delimiter or _said(path)
    wanted = DELIMITERS if said is None else (said,)
    tried = [(divider, quote) for divider in wanted for quote in ('"', "'")]
    scored = [(_score(path, *pair), pair) for pair in tried]
    # Of equal ones the first wins: a comma and double quotes are what most files have.
    best, (divider, quote) = max(scored, key=lambda item: item[0])
    try:
        lines, names = next(_records(path, divider, quote), (0, []))
    except csv.Error:
        raise _too_long(path) from None
    if not names:
        raise UsageError(f"{path.name} is empty.", remedy="a line with names, then a line per row")
    if not best[1]:
        # Whatever divides the fields, one goes on and on.
        raise _too_long(path)
    if len(names) < 2:
        raise _one_column(path, names[0], delimiter)
    _refuse_header(path, names, best)
    stripped = tuple(name.strip() for name in names)
    return Dialect(delimiter=divider, quote=quote, names=stripped, lines=lines)


def like_value(name: str) -> bool:
    """Whether a name is a number or a day, as in a file without names; a year may be a name."""
    return _VALUE.fullmatch(name) is not None and _YEAR.fullmatch(name) is None


def _score(path: Path, delimiter: str, quote: str) -> tuple[float, int]:
    """Share of the records that have as many fields as the header, and how many these are."""
    widths: Counter[int] = Counter()
    stray = False
    try:
        # Of a wide file, hundreds of records at once would be a million texts.
        for _, record in _records(path, delimiter, quote):
            widths[len(record)] += 1
            # Quotes that open in the middle of a field belong to another dialect.
            stray = stray or (quote == "'" and any(quote in field for field in record))
    except csv.Error:
        return 0.0, 0
    width = next(iter(widths), 0)
    if width < 2:
        return 0.0, width
    return widths[width] / widths.total() - (0.5 if stray else 0.0), width


def _records(path: Path, delimiter: str, quote: str) -> Iterator[tuple[int, list[str]]]:
    """The first records, but for blank lines, and how many lines there are up to their ends."""
    csv.field_size_limit(LONGEST_FIELD)
    with path.open(encoding="utf-8-sig", newline="") as file:
        above = int(_SAID.fullmatch(file.readline(_LONGEST_SAID).strip("\r\n")) is not None)
        if not above:
            file.seek(0)
        reader = csv.reader(file, delimiter=delimiter, quotechar=quote)
        told = ((above + reader.line_num, record) for record in reader if not _blank(record))
        yield from itertools.islice(told, _RECORDS)


def _said(path: Path) -> str | None:
    """What a first line `sep=;`, which Excel reads, says to divide the fields."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        found = _SAID.fullmatch(file.readline(_LONGEST_SAID).strip("\r\n"))
    return found[1] if found else None


def _blank(record: list[str]) -> bool:
    return len(record) < 2 and not "".join(record).strip()


def _too_long(path: Path) -> UsageError:
    return UsageError(
        f"{path.name} has a field of more than {LONGEST_FIELD >> 20} MiB among its first "
        f"{_RECORDS} rows.",
        remedy="leave out columns that hold whole documents; or a quote is never closed",
    )


def _one_column(path: Path, first: str, delimiter: str | None) -> UsageError:
    told = f"{path.name} has one column: {first[:60]!r}."
    others = [divider for divider in DELIMITERS if divider != delimiter and divider in first]
    if delimiter is not None and others:
        likely = max(others, key=first.count).replace("\t", "\\t")
        return UsageError(told, remedy=f"its names are divided otherwise: --delimiter '{likely}'")
    for divider in DELIMITERS:
        share, width = _commonest(path, divider)
        if width > 1 and share >= 0.5:
            return UsageError(
                f"{path.name} begins with a line that holds no names: {first[:60]!r}; most of the "
                f"others have {width} fields.",
                remedy="remove the lines above the names, or name what divides the fields: "
                "--delimiter",
            )
    if likely := _divider(path, first):
        return UsageError(
            told, remedy=f"its fields seem to be divided otherwise: --delimiter '{likely}'"
        )
    return UsageError(told, remedy="name the one character that divides the fields: --delimiter")


def _divider(path: Path, first: str) -> str:
    """The sign or blank that divides most lines as it does the names; empty where none does."""
    signs = [each for each in dict.fromkeys(first) if each.isprintable() and not each.isalnum()]
    for sign in sorted({*signs} - {*"\"'_"}, key=first.count, reverse=True):
        share, width = _commonest(path, sign)
        if share >= 0.5 and width == first.count(sign) + 1:
            return sign
    return ""


def _commonest(path: Path, delimiter: str) -> tuple[float, int]:
    """How many fields most records have, after their share."""
    try:
        widths = Counter(len(record) for _, record in _records(path, delimiter, '"'))
    except csv.Error:
        return 0.0, 0
    ((width, count),) = widths.most_common(1)
    return count / widths.total(), width


def _refuse_header(path: Path, names: list[str], best: tuple[float, int]) -> None:
    shown = ", ".join(names[:4])
    if all(_VALUE.fullmatch(name.strip()) for name in names if name.strip()):
        raise UsageError(
            f"{path.name} has no line with names: its first line holds values.",
            remedy="add a first line that names the columns",
        )
    if best[0] < 0.5:
        raise UsageError(
            f"{path.name} is no table: most lines have another number of fields than the first "
            f"one, which has {len(names)} ({shown}).",
            remedy="remove lines above the names, or name what divides the fields: --delimiter",
        )
