"""Words for "no value" that one column uses: few, again and again, among numbers or days."""

from collections.abc import Collection

from modelyard.onboarding.sql_text import literal
from modelyard.onboarding.table import TextTable

MOST_SPELLINGS, MOST_SHARE = 5, 0.2
"""More different words, or more rows with them, are no missing values but another kind of text."""
_FEWEST = 2
"""A word that came once is a mistake of one row, which is quarantined and told."""
_NO_DAY = r"(0+|9+)[-./](0+|9+)[-./](0+|9+)(\D[09:.]*)?"


def may_be_missing(text: str) -> str:
    """SQL for whether a text could say that a number or a day is missing.

    Digits with something behind them are a number in another unit; `<0.5` and 0000-00-00 are none.
    """
    return (
        f"(NOT regexp_matches({text}, '\\d') OR regexp_matches({text}, '^[<>≤≥~]') "
        f"OR regexp_full_match({text}, '{_NO_DAY}'))"
    )


def spellings(table: TextTable, number: int, present: str, known: int = 0) -> tuple[str, ...]:
    """The words of a column of numbers or days that are no value to it; none if they are many.

    `present` is SQL for its text, null where it is missing; `known` spellings it has already.
    """
    counted = table.query(
        f"SELECT mode(t), count(*) AS n, any_value(present) FROM "
        f"(SELECT {present} AS t, count(t) OVER () AS present FROM {table.source(number)}) "
        f"WHERE {may_be_missing('t')} GROUP BY lower(t) HAVING n >= {_FEWEST} "
        f"ORDER BY n DESC, 1 LIMIT {MOST_SPELLINGS + 1}"
    )
    if not counted or known + len(counted) > MOST_SPELLINGS:
        return ()
    rows, values = sum(count for _, count, _ in counted), counted[0][2]
    return tuple(word for word, _, _ in counted) if rows < MOST_SHARE * values else ()


def rows_spelled(table: TextTable, number: int, words: tuple[str, ...]) -> list[int]:
    """In how many rows each of these words stands, in any case of its letters."""
    if not words:
        return []
    counts = ", ".join(
        f"count(*) FILTER (lower(c{number}) = lower({literal(word)}))" for word in words
    )
    return [*table.query(f"SELECT {counts} FROM {table.source(number)}")[0]]


def differ_by_case(words: Collection[str]) -> bool:
    """Whether words are fewer, but still two, once upper and lower case are one."""
    return 2 <= len({word.lower() for word in words}) < len(words)
