"""Finds rows that an earlier row equals word for word, and tells whether that is chance."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from modelyard.onboarding.keys import Named, comes_often
from modelyard.onboarding.profile import MOST_CATEGORIES, exact_distinct
from modelyard.onboarding.table import TextTable

_MOSTLY = 0.5
"""Share of the different rows that must differ in what tells rows apart."""
_FINE, _ROOM = 1_000, 100
"""Values of a fine measurement, and how many times as many as rows several could have at once."""


def different_rows(table: TextTable) -> TextTable:
    """The table without rows that an earlier one equals in every column; itself without such.

    Rows are compared by a hash of 64 bits.
    """
    table.step("looking for copies")
    hashed = _hashed(table)
    (different,) = table.query(f"SELECT count(DISTINCT h) FROM ({hashed})")[0]
    if different == table.rows:
        return table
    table.step("counting copies once")
    first = table.database.frame(f"SELECT min(file_row_number) AS n FROM ({hashed}) GROUP BY h")
    kept = np.zeros(table.rows, dtype=np.bool_)
    kept[first["n"].to_numpy()] = True
    strips = table.strips.only(kept, table.strips.folder.with_name("different"))
    return replace(table, strips=strips, rows=strips.count())


def told_apart(table: TextTable, columns: Sequence[Named], copies: int) -> bool:
    """Whether rows that are alike word for word are copies rather than chance.

    So they are where a column, or in a large file some measurements together, differ in nearly
    every different row (`table` has each once); where a few categories are all that is known,
    people and cases may be equal.
    """

    def tells(distinct: int) -> bool:
        often = comes_often(distinct, table, copies)
        return distinct >= max(_MOSTLY * table.rows, MOST_CATEGORIES + 1) and not often

    if any(tells(column.profile.distinct) for column in columns):
        return True
    fine = _fine(columns, table.rows + copies)
    return bool(fine) and tells(exact_distinct(table, {each.number: each.value for each in fine}))


def _fine(columns: Sequence[Named], rows: int) -> list[Named]:
    """The few finest measurements that could tell many more rows apart than there are; or none."""
    chosen: list[Named] = []
    possible = 1
    for each in sorted(columns, key=lambda each: -each.profile.distinct):
        found = each.profile
        if found.kind.logical in ("integer", "number", "timestamp") and found.distinct > _FINE:
            chosen.append(each)
            possible *= found.distinct
            if possible > _ROOM * rows:
                return chosen
    return []


def _hashed(table: TextTable) -> str:
    """SQL for the number and the hash of each row."""
    hashed = [
        f"SELECT file_row_number, hash({', '.join(f'c{number}' for number in strip)}) AS h "
        f"FROM {table.source(strip.start)}"
        for strip in table.strips.strips()
    ]
    if len(hashed) == 1:
        return hashed[0]
    # Which strip a hash is of goes into it: two strips with each other's values are no copy.
    every = " UNION ALL ".join(
        f"SELECT file_row_number, hash({n}, h) AS h FROM ({each})" for n, each in enumerate(hashed)
    )
    return f"SELECT file_row_number, bit_xor(h) AS h FROM ({every}) GROUP BY file_row_number"
