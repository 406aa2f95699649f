"""Finds the rows of a file that an earlier row equals word for word."""

from dataclasses import replace

import numpy as np

from modelyard.onboarding.table import TextTable


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
