"""Counts how many of a column's texts could be of each kind, and says which kind that makes it."""

from collections.abc import Iterator, Mapping
from typing import Literal

from modelyard.onboarding import numerals, units
from modelyard.onboarding.kinds import ENOUGH, ISO_LIKE, TEXT, Kind, enough
from modelyard.onboarding.moments import ISO
from modelyard.onboarding.spellings import may_be_missing
from modelyard.onboarding.table import TextTable

Counts = dict[str, int]
Decimal = Literal[".", ","]


def count(sample: TextTable) -> Iterator[Counts]:
    """What the values of each column could be, in order."""
    present = Kind(logical="number").present
    for numbers in sample.groups():
        sample.step(f"inferring the kinds of {sample.of(numbers)}")
        yield from count_texts(sample, {number: present(f"c{number}") for number in numbers})


def count_texts(sample: TextTable, texts: Mapping[int, str]) -> Iterator[Counts]:
    """The same of some columns whose texts are SQL of their own."""
    wanted = ", ".join(
        f"count(*) FILTER ({test})" for number in texts for test in _tests(f"v{number}").values()
    )
    inner = ", ".join(f"{text} AS v{number}" for number, text in texts.items())
    row = sample.query(f"SELECT {wanted} FROM (SELECT {inner} FROM {sample.source(*texts)})")[0]
    names = list(_tests(""))
    for position in range(len(texts)):
        found = row[position * len(names) : (position + 1) * len(names)]
        yield dict(zip(names, found, strict=True))


def kind_of(counts: Counts, decimal: Decimal) -> Kind:
    """The kind that enough of the values are of; text where there is none."""
    values = counts["values"]
    if enough(counts["boolean"], values):
        return Kind(logical="boolean")
    if counts["zero_led"] > values * (1 - ENOUGH):
        return TEXT
    if enough(counts["integer"], values) and counts["integer"] >= counts[_style(decimal)]:
        return Kind(logical="integer")
    # Where a file writes decimal commas, 1.234 is more than a thousand.
    for style in dict.fromkeys((decimal, ".", ",")):
        whole, read = counts[f"whole_{_style(style)}"], counts[_style(style)]
        # As pandas writes whole numbers beside missing ones: 1000.0.
        if enough(whole, values) and whole >= read:
            return Kind(logical="integer", decimal=style)
        if enough(read, values):
            return Kind(logical="number", decimal=style)
    if enough(counts["iso"], values):
        return Kind(logical="timestamp", formats=(ISO,))
    return TEXT


def _style(decimal: str) -> str:
    return "comma" if decimal == "," else "point"


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
        "word": may_be_missing(value),
        "beside": f"{units.beside(value)} IS NOT NULL",
        "boolean": f"lower({value}) IN ('true', 'false')",
        "iso": f"regexp_full_match({value}, '{ISO_LIKE}')",
        "datelike": f"length({value}) BETWEEN 6 AND 40 "
        f"AND regexp_matches({value}, '\\d\\D+.*\\d|\\d{{14}}')",
    }
