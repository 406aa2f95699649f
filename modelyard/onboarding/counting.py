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
        f"count(*) FILTER ({test})"
        for n in texts
        for test in _tests(f"v{n}", f"s{n}", f"d{n}").values()
    )
    looked_at = ", ".join(
        f"v{n}, {numerals.is_simple(f'v{n}')} AS s{n}, regexp_matches(v{n}, '\\d') AS d{n}"
        for n in texts
    )
    inner = ", ".join(f"{text} AS v{n}" for n, text in texts.items())
    rows = f"(SELECT {looked_at} FROM (SELECT {inner} FROM {sample.source(*texts)}))"
    row = sample.query(f"SELECT {wanted} FROM {rows}")[0]
    names = list(_tests("", "", ""))
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
        if enough(counts[_style(style)], values):
            return Kind(logical="number", decimal=style)
    if enough(counts["iso"], values):
        return Kind(logical="timestamp", formats=(ISO,))
    return TEXT


def _style(decimal: str) -> str:
    return "comma" if decimal == "," else "point"


def _tests(value: str, simple: str, digits: str) -> dict[str, str]:
    """SQL for what a text could be, by whether it is a simple number and has digits at all."""

    def closer(simply: str, test: str) -> str:
        # Patterns cost most of the time that a table takes: only what needs them pays.
        return f"CASE WHEN {simple} THEN {simply} WHEN {digits} THEN {test} ELSE false END"

    return {
        "values": f"{value} IS NOT NULL",
        "integer": closer(
            f"regexp_full_match({value}, '[+-]?\\d+')",
            f"TRY_CAST({value} AS BIGINT) IS NOT NULL AND regexp_full_match({value}, '[+-]?\\d+')",
        ),
        # 01234 is a code that happens to have digits; as a number it would lose its first one.
        "zero_led": f"starts_with({value}, '0') AND regexp_full_match({value}, '0\\d+')",
        "point": closer("true", f"{numerals.number(value, '.')} IS NOT NULL"),
        "comma": closer(
            f"regexp_full_match({value}, '{numerals.COMMA}')",
            f"{numerals.number(value, ',')} IS NOT NULL",
        ),
        "word": f"CASE WHEN {simple} THEN false ELSE {may_be_missing(value)} END",
        "beside": closer("false", units.may_be_beside(value)),
        "boolean": f"lower({value}) IN ('true', 'false')",
        "iso": closer("false", f"regexp_full_match({value}, '{ISO_LIKE}')"),
        "datelike": closer(
            # 20240531143000 may be an instant; 12.5 is none.
            f"regexp_full_match({value}, '\\d{{14}}')",
            f"length({value}) BETWEEN 6 AND 40 "
            f"AND regexp_matches({value}, '\\d\\D+.*\\d|\\d{{14}}')",
        ),
    }
