"""Counts, over every row of a file, what a contract promises about its columns."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from modelyard.onboarding.kinds import TEXT, Kind
from modelyard.onboarding.table import TextTable

MOST_CATEGORIES = 50
"""Columns with at most this many words are categories, named one by one."""
_AT_ONCE = 40
_ODD_SHARE = 0.02
"""More values that are not of the column's kind than this, and it is text after all."""
_SHOWN = 3


@dataclass(frozen=True, kw_only=True)
class Profile:
    """What one column holds, counted exactly but for `distinct` of large columns."""

    kind: Kind
    rows: int
    present: int
    odd: int
    """Values that are there but not of the kind: their rows will be quarantined."""
    distinct: int
    minimum: Any = None
    maximum: Any = None
    longest: int = 0
    mean_length: float = 0.0
    mean_words: float = 0.0
    odd_examples: tuple[str, ...] = ()
    categories: tuple[tuple[str, int], ...] = ()
    """Words and their counts, the most frequent first, where there are few."""

    @property
    def missing(self) -> int:
        """Rows without a value."""
        return self.rows - self.present

    @property
    def values(self) -> int:
        """Rows with a value of the kind."""
        return self.present - self.odd


def profile(table: TextTable, kinds: Sequence[Kind]) -> list[Profile]:
    """One profile per column, in order."""
    found = list(_counted(table, kinds))
    for number, each in enumerate(found):
        if each.odd > _ODD_SHARE * max(1, each.present):
            (found[number],) = _counted(table, [TEXT], first=number)
    return [_with_examples(table, f"c{number}", each) for number, each in enumerate(found)]


def exact_distinct(table: TextTable, values: Sequence[str]) -> int:
    """How many different rows these SQL values make, counted exactly."""
    keys = ", ".join(values)
    return int(
        table.query(f"SELECT count(*) FROM (SELECT DISTINCT {keys} FROM {table.source})")[0][0]
    )


def copies(table: TextTable) -> int:
    """Rows that an earlier row equals in every column; by a hash of 64 bits."""
    columns = ", ".join(f"c{number}" for number in range(len(table.names)))
    (distinct,) = table.query(f"SELECT count(DISTINCT hash({columns})) FROM {table.source}")[0]
    return table.rows - int(distinct)


def _counted(table: TextTable, kinds: Sequence[Kind], first: int = 0) -> Iterator[Profile]:
    for start in range(0, len(kinds), _AT_ONCE):
        some = kinds[start : start + _AT_ONCE]
        columns = [f"c{first + start + offset}" for offset in range(len(some))]
        # Each text and each value is computed once, whatever is asked of it.
        texts = ", ".join(f"{k.present(c)} AS t{c}" for k, c in zip(some, columns, strict=True))
        values = ", ".join(
            f"t{c}, {k.reading(f't{c}')} AS v{c}" for k, c in zip(some, columns, strict=True)
        )
        wanted = ", ".join(
            measure for k, c in zip(some, columns, strict=True) for measure in _measures(k, c)
        )
        row = table.query(
            f"SELECT {wanted} FROM (SELECT {values} FROM (SELECT {texts} FROM {table.source}))"
        )[0]
        width = len(row) // len(some)
        for offset, kind in enumerate(some):
            yield _shaped(kind, table.rows, row[offset * width : (offset + 1) * width])


def _measures(kind: Kind, column: str) -> tuple[str, ...]:
    value, present = f"v{column}", f"t{column}"
    ordered = kind.logical not in ("string", "boolean")
    wordy = kind.logical == "string"
    return (
        f"count({present})",
        f"count({value})",
        f"approx_count_distinct({value})",
        f"min({value})" if ordered else "NULL",
        f"max({value})" if ordered else "NULL",
        f"max(length({value}))" if wordy else "NULL",
        f"avg(length({value}))" if wordy else "NULL",
        f"avg(length({value}) - length(replace({value}, ' ', '')) + 1)" if wordy else "NULL",
    )


def _shaped(kind: Kind, rows: int, row: Sequence[Any]) -> Profile:
    present, values, distinct, minimum, maximum, longest, length, words = row
    return Profile(
        kind=kind,
        rows=rows,
        present=present,
        odd=present - values,
        distinct=min(distinct, values),
        minimum=minimum,
        maximum=maximum,
        longest=longest or 0,
        mean_length=length or 0.0,
        mean_words=words or 0.0,
    )


def _with_examples(table: TextTable, column: str, found: Profile) -> Profile:
    value, present = found.kind.value(column), found.kind.present(column)
    if found.odd:
        odd = table.query(
            f"SELECT DISTINCT {present} FROM {table.source} "
            f"WHERE {present} IS NOT NULL AND {value} IS NULL ORDER BY 1 LIMIT {_SHOWN}"
        )
        found = replace(found, odd_examples=tuple(str(text)[:30] for (text,) in odd))
    # Estimates are some per cent off: ask a little beyond the limit, then count.
    if found.distinct <= MOST_CATEGORIES * 1.2:
        counted = table.query(
            f"SELECT CAST({value} AS VARCHAR), count(*) FROM {table.source} "
            f"WHERE {value} IS NOT NULL GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT {MOST_CATEGORIES + 20}"
        )
        found = replace(found, distinct=len(counted), categories=tuple(counted))
    return found
