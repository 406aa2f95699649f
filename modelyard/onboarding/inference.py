"""Decides of which kind each column is, from rows spread evenly over the file."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Literal

from modelyard.errors import RefusedError
from modelyard.onboarding import numerals
from modelyard.onboarding.kinds import ISO_LIKE, TEXT, Kind
from modelyard.onboarding.moments import EPOCH_MILLISECONDS, EPOCH_SECONDS, FORMATS, ISO
from modelyard.onboarding.table import TextTable

SAMPLE_ROWS, _SAMPLE_CELLS = 20_000, 4_000_000
ENOUGH = 0.98
"""Share of a column's values that must be of a kind; the others are told, and quarantined."""
_TRIED = 2_000
"""Values that are tried with every format of days there is."""
_FEWEST_YEARS, _MOST_YEARS = 1800, 2200


def take_sample(table: TextTable) -> TextTable:
    """Every n-th row, from which the others are inferred; wide tables give fewer."""
    wanted = max(1_000, min(SAMPLE_ROWS, _SAMPLE_CELLS // len(table.names)))
    table.step("taking a sample")
    return table.sample(max(1, table.rows // wanted), wanted)


def infer(sample: TextTable) -> list[Kind]:
    """One kind per column, in order."""
    counted = list(_count(sample))
    commas = any(
        _is(c["comma"], c["values"]) and not _is(c["point"], c["values"]) for c in counted
    )
    decimal: Literal[".", ","] = "," if commas else "."
    kinds = [_kind(counts, decimal) for counts in counted]
    for number, counts in enumerate(counted):
        if kinds[number] == TEXT and _is(counts["datelike"], counts["values"]):
            kinds[number] = _written(sample, number, min(counts["values"], _TRIED))
    return [
        _day_or_instant(sample, number, kind) if kind.logical == "timestamp" else kind
        for number, kind in enumerate(kinds)
    ]


def _tests(value: str) -> dict[str, str]:
    return {
        "values": f"{value} IS NOT NULL",
        "integer": f"regexp_full_match({value}, '[+-]?\\d+') "
        f"AND TRY_CAST({value} AS BIGINT) IS NOT NULL",
        # 01234 is a code that happens to have digits; as a number it would lose its first one.
        "zero_led": f"regexp_full_match({value}, '0\\d+')",
        "point": f"{numerals.number(value, '.')} IS NOT NULL",
        "comma": f"{numerals.number(value, ',')} IS NOT NULL",
        "whole_point": f"{numerals.whole_with_zero(value, '.')} "
        f"AND {numerals.integer(value, '.')} IS NOT NULL",
        "whole_comma": f"{numerals.whole_with_zero(value, ',')} "
        f"AND {numerals.integer(value, ',')} IS NOT NULL",
        "boolean": f"lower({value}) IN ('true', 'false')",
        "iso": f"regexp_full_match({value}, '{ISO_LIKE}')",
        "datelike": f"length({value}) BETWEEN 6 AND 40 "
        f"AND regexp_matches({value}, '\\d\\D+.*\\d|\\d{{14}}')",
    }


def _count(sample: TextTable) -> Iterator[dict[str, int]]:
    present = Kind(logical="number").present
    for numbers in sample.groups():
        sample.step(f"inferring the kinds of {sample.of(numbers)}")
        wanted = ", ".join(
            f"count(*) FILTER ({test})"
            for number in numbers
            for test in _tests(f"v{number}").values()
        )
        inner = ", ".join(f"{present(f'c{number}')} AS v{number}" for number in numbers)
        row = sample.query(
            f"SELECT {wanted} FROM (SELECT {inner} FROM {sample.source(*numbers)})"
        )[0]
        names = list(_tests(""))
        for position in range(len(numbers)):
            found = row[position * len(names) : (position + 1) * len(names)]
            yield dict(zip(names, found, strict=True))


def _kind(counts: dict[str, int], decimal: Literal[".", ","]) -> Kind:
    values = counts["values"]
    if _is(counts["boolean"], values):
        return Kind(logical="boolean")
    if counts["zero_led"] > values * (1 - ENOUGH):
        return TEXT
    if _is(counts["integer"], values) and counts["integer"] >= counts[_style(decimal)]:
        return Kind(logical="integer")
    # Where a file writes decimal commas, 1.234 is more than a thousand.
    for style in dict.fromkeys((decimal, ".", ",")):
        whole, read = counts[f"whole_{_style(style)}"], counts[_style(style)]
        # As pandas writes whole numbers beside missing ones: 1000.0.
        if _is(whole, values) and whole >= read:
            return Kind(logical="integer", decimal=style)
        if _is(read, values):
            return Kind(logical="number", decimal=style)
    if _is(counts["iso"], values):
        return Kind(logical="timestamp", formats=(ISO,))
    return TEXT


def _style(decimal: str) -> str:
    return "comma" if decimal == "," else "point"


def _is(count: int, values: int) -> bool:
    return values > 0 and count >= ENOUGH * values


def _written(sample: TextTable, number: int, values: int) -> Kind:
    """The few formats that together read a column's days; text where they do not read enough."""
    chosen: list[str] = []
    read = 0
    for _ in range(4):
        gains = _readable(sample, number, chosen)
        best = max(gains, key=gains.__getitem__)
        if gains[best] <= read:
            break
        chosen.append(best)
        read = gains[best]
        if read == values:
            break
    return Kind(logical="timestamp", formats=tuple(chosen)) if _is(read, values) else TEXT


def _readable(sample: TextTable, number: int, chosen: Sequence[str]) -> dict[str, int]:
    """For each format, how many values it and the chosen ones read as a day of these centuries."""
    forms = [form for form in (ISO, *FORMATS) if form not in chosen]
    tried = [Kind(logical="timestamp", formats=(*chosen, form)).reading("t") for form in forms]
    wanted = ", ".join(
        f"count(*) FILTER (year({value}) BETWEEN {_FEWEST_YEARS} AND {_MOST_YEARS})"
        for value in tried
    )
    text = Kind(logical="timestamp").present(f"c{number}")
    few = (
        f"SELECT t FROM (SELECT {text} AS t FROM {sample.source(number)}) "
        f"WHERE t IS NOT NULL LIMIT {_TRIED}"
    )
    return dict(zip(forms, sample.query(f"SELECT {wanted} FROM ({few})")[0], strict=True))


def _day_or_instant(sample: TextTable, number: int, kind: Kind) -> Kind:
    value = kind.value(f"c{number}")
    (clocks,) = sample.query(
        f"SELECT count(*) FILTER ({value} <> date_trunc('day', {value})) "
        f"FROM {sample.source(number)}"
    )[0]
    return kind if clocks else replace(kind, logical="date")


def as_instants(sample: TextTable, number: int, kind: Kind) -> Kind:
    """The kind of a column that is said to hold time: numbers may count seconds since 1970."""
    if kind.logical in ("date", "timestamp"):
        return kind
    for form in (EPOCH_SECONDS, EPOCH_MILLISECONDS):
        tried = Kind(logical="timestamp", formats=(form,))
        value = tried.value(f"c{number}")
        read, present = sample.query(
            f"SELECT count(*) FILTER (year({value}) BETWEEN 1971 AND 2100), "
            f"count({tried.present(f'c{number}')}) FROM {sample.source(number)}"
        )[0]
        if kind.logical in ("integer", "number") and _is(read, present):
            return tried
    (examples,) = sample.query(
        f"SELECT list(DISTINCT c{number})[:3] FROM {sample.source(number)}"
    )[0]
    raise RefusedError(
        f"{sample.names[number]} holds no time that can be read, for instance "
        f"{', '.join(map(repr, examples or []))}.",
        remedy="write it as 2024-05-31 or 2024-05-31T14:05:00Z, or do without: --time none",
    )
