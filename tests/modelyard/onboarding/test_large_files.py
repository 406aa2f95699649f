"""Memory grows neither with the rows nor with the columns of a file."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.onboarding.customers import write
from tests.modelyard.onboarding.programs import MAKE, cutting, ended, peak, typed

# As many cells as it takes to tell what is held from what is read.
pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    ("rows", "measures", "ending", "most"),
    [
        pytest.param(2_000_000, 12, "csv", 1_050, id="many rows"),
        pytest.param(6_000, 992, "parquet", 600, id="many columns"),
    ],
)
def test_a_file_is_read_and_cut_in_little_memory(
    checkout: Path, rows: int, measures: int, ending: str, most: int
) -> None:
    file = checkout / f"customers.{ending}"
    write(file, rows, measures)
    made, _ = ended(typed(checkout, *MAKE, str(file)))
    assert f"{rows:,} rows, {measures + 7:,} columns" in made
    landed, _ = ended(cutting(checkout))
    assert f"rows: {rows}\n" in landed
    # Held whole while they are cut, the rows take 1,400; the columns, read at once, all there is.
    assert max(peak(made), peak(landed)) < most, "MiB"
