"""Rows of a file as they land: the contract's names, one spelling for numbers and days."""

from collections import Counter
from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path

from modelyard.errors import UsageError
from modelyard.onboarding.parts import UNDATED
from modelyard.onboarding.source import Source, SourceColumn
from modelyard.onboarding.strips import write_rows
from modelyard.onboarding.table import TextTable

PART = "part_of_rows"
_STEPS = {"month": "%Y-%m", "week": "%G-W%V"}

_ROWS_PER_GROUP = 8_192
"""The files are read some rows at a time: larger groups would be read for their first rows."""

_SHOWN = 10
"""Columns of a file that a message names."""

Numbered = tuple[SourceColumn, int]
"""A column, and where it is in this file."""


def landed(source: Source, table: TextTable, sha256: str) -> list[Path]:
    """Files with the same rows in the same order, each with some of the columns; one has PART.

    A key that is made of a row's content is in none: that takes all of them.
    """
    numbered, time = _numbered(source, table)
    files: list[Path] = []
    for group in table.groups():
        some = [each for each in numbered if each[1] in group]
        columns = [f'{c.kind.landed(f"t{n}", f"v{n}")} AS "{c.name}"' for c, n in some]
        if not files:
            columns.append(f"{_part(source, time)} AS {PART}")
            columns += _row_key(source, sha256)
        if columns:
            table.step(f"writing {table.of(group)} as they land")
            files.append(table.database.work / f"landed-{group.start:05d}.parquet")
            rows = _select(table, columns, [*some, *(each for each in time if each not in some)])
            if time:
                rows += f" ORDER BY {_part(source, time)}, file_row_number"
            write_rows(table.database, rows, files[-1], _ROWS_PER_GROUP)
    return files


def rows_of_parts(source: Source, table: TextTable) -> dict[str, int]:
    """Rows of each month or week, in order; rows without a time come last."""
    _, time = _numbered(source, table)
    rows = _select(table, [f"{_part(source, time)} AS {PART}"], time)
    return dict(table.query(f"SELECT {PART}, count(*) FROM ({rows}) GROUP BY 1 ORDER BY 1"))


def names(source: Source) -> list[str]:
    """The columns that land, in order."""
    return [*([source.row_key] if source.row_key else []), *(c.name for c in source.columns)]


def _select(table: TextTable, columns: Sequence[str], needed: Sequence[Numbered]) -> str:
    source = table.typed({number: column.kind for column, number in needed})
    return f"SELECT {', '.join(columns)} FROM {source}"


def _row_key(source: Source, sha256: str) -> list[str]:
    if not source.row_key or source.row_key_of == "content":
        return []
    number = "lpad(CAST(file_row_number + 1 AS VARCHAR), 9, '0')"
    return [f"'{sha256[:8]}-' || {number} AS \"{source.row_key}\""]


def _part(source: Source, time: Sequence[Numbered]) -> str:
    for _, n in time:
        instant = f"CAST(v{n} AS TIMESTAMPTZ) AT TIME ZONE 'UTC'"
        return f"coalesce(strftime({instant}, '{_STEPS[source.parts]}'), '{UNDATED}')"
    return "''"


def _numbered(source: Source, table: TextTable) -> tuple[list[Numbered], list[Numbered]]:
    """Every column with its place, and the one of time among them."""
    numbered = [*zip(source.columns, _places(source.columns, table), strict=True)]
    return numbered, [each for each in numbered if each[0].name == source.time]


def _places(columns: Sequence[SourceColumn], table: TextTable) -> list[int]:
    """Where each column is in this file; they may stand in another order, none may be missing."""
    there = Counter(table.names)
    wanted = Counter(column.original for column in columns)
    if wanted - there:
        missing = [_missing(name, wanted, there) for name in sorted(wanted - there)]
        more = f" and {len(table.names) - _SHOWN} more" if len(table.names) > _SHOWN else ""
        raise UsageError(
            f"columns missing: {', '.join(missing)}; "
            f"the file has {', '.join(table.names[:_SHOWN])}{more}",
            remedy="the file needs the columns that source.yaml of the model lists",
        )
    seen: dict[str, int] = {}
    places = []
    for column in columns:
        # Of columns with one name, the first of the model is the first of the file.
        place = table.names.index(column.original, seen.get(column.original, 0))
        seen[column.original] = place + 1
        places.append(place)
    return places


def _missing(name: str, wanted: Counter[str], there: Counter[str]) -> str:
    if there[name]:
        return f"{name} ({wanted[name]} needed, {there[name]} there)"
    # Only what the model has no other use for can be meant.
    nearest = get_close_matches(name, list(there - wanted), n=1, cutoff=0.5)
    return f'{name} (did you mean "{nearest[0]}"?)' if nearest else name
