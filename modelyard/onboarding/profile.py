"""Counts, over every row of a file, what a contract promises about its columns."""

from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from modelyard.onboarding.kinds import TEXT, Kind
from modelyard.onboarding.mixture import Mixed, mixture
from modelyard.onboarding.sentinels import sentinel_of
from modelyard.onboarding.spellings import differ_by_case, rows_spelled, spellings
from modelyard.onboarding.table import TextTable

MOST_CATEGORIES = 50
"""Columns with at most this many words are categories, named one by one."""
_ESTIMATED = 0.2
"""Estimates of different values are up to a tenth off: that near to a limit they are counted."""
_ODD_SHARE = 0.02
"""More values that are not of the column's kind than this, and it is text after all."""
_SHOWN = 3


@dataclass(frozen=True, kw_only=True)
class Profile:
    """What one column holds, counted exactly but for `distinct` of numbers and moments that
    have many values and are far from having another one in each row, where nobody asks for it.
    """

    kind: Kind
    rows: int
    present: int
    odd: int
    """Values that are there but not of the kind: their rows will be quarantined."""
    distinct: int
    minimum: Any = None
    maximum: Any = None
    whole: bool = False
    """Whether all its numbers are whole, also where they are written as 1000.0."""
    longest: int = 0
    mean_length: float = 0.0
    mean_words: float = 0.0
    odd_examples: tuple[str, ...] = ()
    spelled: tuple[tuple[str, int], ...] = ()
    """Words that are no value in this column, and their rows."""
    folded: tuple[tuple[str, int], ...] = ()
    """Words of a label, and their rows, before upper and lower case became one."""
    sentinel: tuple[int, int] | None = None
    """A number that may stand for "no value", and its rows; it stays a number."""
    mixed: Mixed | None = None
    """Of a text, what many of its values are."""
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


def profile(
    table: TextTable,
    kinds: Sequence[Kind],
    *,
    exact: Container[int] = (),
    label: int | None = None,
) -> list[Profile]:
    """One profile per column, in order.

    Of `exact` ones different values are never estimated; no value of the label is read as missing.
    """
    found: list[Profile] = []
    for numbers in table.groups():
        table.step(f"counting {table.of(numbers)}")
        found += _counted(table, {number: kinds[number] for number in numbers})
    for number, each in enumerate(found):
        if each.odd:
            found[number] = _with_all_rows_in_view(table, number, each, label=number == label)
    for number, each in enumerate(found):
        if each.odd > _ODD_SHARE * max(1, each.present):
            (found[number],) = _counted(table, {number: TEXT})
    found = [_with_examples(table, n, each, n in exact) for n, each in enumerate(found)]
    words = [word for word, _ in found[label].categories] if label is not None else []
    if label is not None and found[label].kind == TEXT and differ_by_case(words):
        (again,) = _counted(table, {label: replace(TEXT, fold_case=True)})
        spelled = found[label].categories
        found[label] = replace(_with_examples(table, label, again, False), folded=spelled)
    return found


def exact_distinct(table: TextTable, values: Mapping[int, str]) -> int:
    """How many different rows these SQL values of columns make, counted exactly."""
    rows = f"SELECT DISTINCT {', '.join(values.values())} FROM {table.source(*values)}"
    return int(table.query(f"SELECT count(*) FROM ({rows})")[0][0])


def _counted(table: TextTable, kinds: Mapping[int, Kind]) -> Iterator[Profile]:
    wanted = ", ".join(measure for n, kind in kinds.items() for measure in _measures(kind, n))
    row = table.query(f"SELECT {wanted} FROM {table.typed(kinds)}")[0]
    width = len(row) // len(kinds)
    for offset, kind in enumerate(kinds.values()):
        yield _shaped(kind, table.rows, row[offset * width : (offset + 1) * width])


def _with_all_rows_in_view(
    table: TextTable, number: int, found: Profile, *, label: bool
) -> Profile:
    """The profile by the kind that the sample would have given, had it held these odd values."""
    kind = found.kind
    if kind.logical == "integer":
        # Decimals beyond the sample: the column holds measures.
        (measured,) = _counted(table, {number: replace(kind, logical="number")})
        found = measured if measured.odd < found.odd else found
    if label or kind.logical in ("string", "boolean") or not found.odd:
        return found
    present = found.kind.present(f"c{number}")
    words = spellings(table, number, present, known=len(kind.missing))
    if words:
        kind = replace(found.kind, missing=(*found.kind.missing, *words))
        (found,) = _counted(table, {number: kind})
    return found


def _measures(kind: Kind, number: int) -> tuple[str, ...]:
    value, present = f"v{number}", f"t{number}"
    ordered = kind.logical not in ("string", "boolean")
    wordy = kind.logical == "string"
    return (
        f"count({present})",
        f"count({value})",
        f"approx_count_distinct({value})",
        f"min({value})" if ordered else "NULL",
        f"max({value})" if ordered else "NULL",
        f"bool_and({value} = floor({value}))" if kind.logical == "number" else "NULL",
        f"max(length({value}))" if wordy else "NULL",
        f"avg(length({value}))" if wordy else "NULL",
        f"avg(length({value}) - length(replace({value}, ' ', '')) + 1)" if wordy else "NULL",
    )


def _shaped(kind: Kind, rows: int, row: Sequence[Any]) -> Profile:
    present, values, distinct, minimum, maximum, whole, longest, length, words = row
    return Profile(
        kind=kind,
        rows=rows,
        present=present,
        odd=present - values,
        distinct=min(distinct, values),
        minimum=minimum,
        maximum=maximum,
        whole=kind.logical == "integer" or bool(whole),
        longest=longest or 0,
        mean_length=length or 0.0,
        mean_words=words or 0.0,
    )


def _with_examples(table: TextTable, number: int, found: Profile, exact: bool) -> Profile:
    text, value, source = f"t{number}", f"v{number}", table.typed({number: found.kind})
    words = found.kind.missing
    found = replace(
        found,
        spelled=tuple(zip(words, rows_spelled(table, number, words), strict=True)),
        sentinel=sentinel_of(table, number, found.kind, (found.minimum, found.maximum)),
    )
    if found.odd:
        odd = table.query(
            f"SELECT DISTINCT {text} FROM {source} "
            f"WHERE {text} IS NOT NULL AND {value} IS NULL ORDER BY 1 LIMIT {_SHOWN}"
        )
        found = replace(found, odd_examples=tuple(str(each)[:30] for (each,) in odd))
    if found.distinct <= MOST_CATEGORIES * (1 + _ESTIMATED):
        counted = table.query(
            f"SELECT CAST({value} AS VARCHAR), count(*) FROM {source} "
            f"WHERE {value} IS NOT NULL GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT {MOST_CATEGORIES + 20}"
        )
        found = replace(found, distinct=len(counted), categories=tuple(counted))
    elif exact or found.kind == TEXT or found.distinct > (1 - _ESTIMATED) * found.values:
        ((distinct,),) = table.query(
            f"SELECT count(DISTINCT hash({value})) FROM {source} WHERE {value} IS NOT NULL"
        )
        found = replace(found, distinct=distinct)
    if found.kind == TEXT and found.distinct > MOST_CATEGORIES:
        found = replace(found, mixed=mixture(table, number))
    return found
