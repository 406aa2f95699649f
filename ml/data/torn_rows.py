"""Finds rows of a CSV file that end before its last column, which polars fills up in silence."""

from typing import Any

LARGEST_BLOCK = 1 << 30
"""Bytes; a row's number is known within one block only."""


def torn_row(body: bytes) -> str:
    """Say which row has fewer or more fields than the first one, and nothing of its values.

    Empty when none has. A file that was cut off ends in such a row; a value that is missing
    in the middle moves all behind it.
    """
    # Imported here: only files whose last column has gaps need it.
    import pyarrow
    from pyarrow import csv

    found: list[str] = []

    def note(row: Any) -> str:
        fields = f"{row.actual_columns} fields instead of {row.expected_columns}"
        found.append(f"row {row.number} has {fields}")
        return "skip"

    csv.read_csv(
        pyarrow.BufferReader(body),
        csv.ReadOptions(
            use_threads=False,
            block_size=min(len(body) + 1, LARGEST_BLOCK),
            autogenerate_column_names=True,
        ),
        csv.ParseOptions(newlines_in_values=True, invalid_row_handler=note),
        csv.ConvertOptions(include_columns=["f0"], column_types={"f0": pyarrow.large_binary()}),
    )
    return found[0] if found else ""
