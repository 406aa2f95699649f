"""`--parts` lands the months or weeks that it names, and no others."""

from __future__ import annotations

import pytest

from modelyard.errors import UsageError
from modelyard.onboarding.parts import UNDATED, parts_of_text
from modelyard.onboarding.source import Origin, Source, SourceColumn

MONTHS = [f"2024-{month:02d}" for month in range(1, 13)]
WEEKS = [f"2024-W{week:02d}" for week in range(1, 16)]


def source(parts: str) -> Source:
    return Source(
        file=Origin(name="f.csv", sha256="0" * 64, bytes=1, rows=1),
        table="t",
        parts=parts,  # type: ignore[arg-type]
        columns=(SourceColumn(name="y", original="y", type="string"),),
    )


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("", [*MONTHS, UNDATED]),
        ("2024-01", ["2024-01"]),
        ("2024-01:2024-03", ["2024-01", "2024-02", "2024-03"]),
        ("2024-02, 2024-11:2024-12", ["2024-02", "2024-11", "2024-12"]),
        ("2023-06:2024-01", ["2024-01"]),
        (UNDATED, [UNDATED]),
    ],
)
def test_months_are_named_one_by_one_or_as_ranges(text: str, meant: list[str]) -> None:
    parts = parts_of_text(source("month"), text)
    assert [part for part in (*MONTHS, UNDATED) if part in parts] == meant


def test_so_are_weeks() -> None:
    parts = parts_of_text(source("week"), "2024-W09:2024-W11")
    assert [part for part in (*WEEKS, UNDATED) if part in parts] == WEEKS[8:11]


@pytest.mark.parametrize(
    ("kind", "text", "told"),
    [
        ("month", "2024-1:2024-3", "rows land by month"),
        ("month", "2024-1", "rows land by month"),
        ("month", "jan", "rows land by month"),
        ("month", "2024-13", "rows land by month"),
        ("month", "2024-W05", "rows land by month"),
        ("month", "2024-01:", "rows land by month"),
        ("week", "2024-01:2024-02", "rows land by week"),
        ("month", "2024-03:2024-01", "ends before it begins"),
        ("whole", "2024-01", "has no time column"),
    ],
)
def test_what_is_none_is_refused_with_an_example(kind: str, text: str, told: str) -> None:
    with pytest.raises(UsageError, match=told) as refused:
        parts_of_text(source(kind), text)
    assert refused.value.remedy


def test_a_range_without_rows_is_refused_and_those_that_are_there_named() -> None:
    parts = parts_of_text(source("month"), "2024-03,2025-01:2025-04")
    with pytest.raises(UsageError, match="2025-01:2025-04: the file has no rows") as refused:
        parts.require(MONTHS[:4])
    assert "2024-01, 2024-02, 2024-03, 2024-04" in refused.value.remedy
