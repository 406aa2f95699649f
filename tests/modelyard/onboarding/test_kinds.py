"""Texts become values: numbers, booleans, days and missing ones in any usual spelling."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from modelyard.onboarding.inference import infer, take_sample
from modelyard.onboarding.kinds import Kind
from modelyard.onboarding.missing import ALWAYS
from modelyard.onboarding.profile import Profile, profile
from tests.modelyard.onboarding.files import csv_text, opened, texts


def kind_of(folder: Path, make: Callable[[int], Any], *, divider: str = ";") -> Kind:
    """The kind of a column whose cells are a function of the row's number."""
    table = opened(folder, csv_text({"a": make, "n": str}, divider=divider))
    return infer(take_sample(table))[0]


def profile_of(folder: Path, make: Callable[[int], Any]) -> Profile:
    table = opened(folder, csv_text({"a": make, "n": str}, divider=";"))
    return profile(table, infer(take_sample(table)))[0]


def landed(folder: Path, make: Callable[[int], Any]) -> list[str | None]:
    """The column as it would land."""
    table = opened(folder, csv_text({"a": make, "n": str}, rows=30, divider=";"))
    kind = infer(take_sample(table))[0]
    land = kind.landed(kind.present("c0"), kind.value("c0"))
    rows = table.query(f"SELECT {land} FROM {table.source(0)} ORDER BY file_row_number")
    return [value for (value,) in rows]


@pytest.mark.parametrize(
    ("make", "kind"),
    [
        (lambda n: n - 50, "integer"),
        (lambda n: f"{n}.5", "number"),
        (lambda n: f"{n},5", "number"),
        (lambda n: f"1.{n:03d},5", "number"),
        (lambda n: f"{n + 1},000,000.25", "number"),
        (lambda n: f"€ {n}.99", "number"),
        (lambda n: f"{n} %", "number"),
        (lambda n: f"{n}e-3", "number"),
        (lambda n: ["True", "FALSE", "true"][n % 3], "boolean"),
        (lambda n: f"2024-01-{n % 28 + 1:02d}", "date"),
        (lambda n: f"{n % 28 + 1}.2.2024", "date"),
        (lambda n: f"{n % 12 + 1}/{n % 28 + 1}/24", "date"),
        (lambda n: f"Mar {n % 28 + 1}, 2024", "date"),
        (lambda n: f"2024-01-01T{n % 24:02d}:00:00+02:00", "timestamp"),
        (lambda n: f"01/02/2024 {n % 24:02d}:30", "timestamp"),
        (lambda n: ["2024-01-02", "03.04.2023", "Mar 5, 2022"][n % 3], "date"),
        (lambda n: 9223372036854775807 - n, "integer"),
        (lambda n: 9223372036854775808 + n, "string"),
        (lambda n: 2**64 * 10 + n, "string"),
        (lambda n: "" if n % 5 == 0 else f"{n}.0", "integer"),
        (lambda n: f"{n}.0" if n % 2 else n, "integer"),
        (lambda n: f"{n},0", "integer"),
        (lambda n: f"{n}.00", "number"),
        (lambda n: f"{n}.5" if n == 7 else f"{n}.0", "number"),
        (lambda n: f"{n % 9 + 1}.{n:03d}", "number"),
        (lambda n: f"0{n:04d}", "string"),
        (lambda n: ["yes", "no"][n % 2], "string"),
        (lambda n: f"10.0.0.{n}", "string"),
        (lambda n: n if n % 3 else "about ten", "string"),
        (lambda n: "", "string"),
    ],
)
def test_a_column_is_what_its_values_are(
    tmp_path: Path, make: Callable[[int], Any], kind: str
) -> None:
    assert kind_of(tmp_path, make).logical == kind


@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(word=st.sampled_from(ALWAYS), case=st.sampled_from([str.lower, str.upper, str.title]))
def test_missing_is_missing_in_any_spelling(word: str, case: Callable[[str], str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        found = profile_of(Path(folder), lambda n: case(word) if n % 4 == 0 else n)
        assert (found.kind.logical, found.missing, found.odd) == ("integer", 30, 0)


def test_a_word_for_missing_among_words_is_a_category(tmp_path: Path) -> None:
    found = profile_of(tmp_path, lambda n: ["none", "garage"][n % 2])
    assert found.missing == 0
    assert {word for word, _ in found.categories} == {"none", "garage"}
    assert profile_of(tmp_path, lambda n: "none" if n % 2 else n).missing == 60


def test_one_comma_in_a_file_decides_what_a_point_means(tmp_path: Path) -> None:
    made = {"clear": lambda n: f"{n},25", "open": lambda n: f"1.{n:03d}", "n": str}
    table = opened(tmp_path, csv_text(made, divider=";"))
    assert [kind.decimal for kind in infer(take_sample(table))][:2] == [",", ","]


def test_a_few_odd_values_are_counted_and_many_make_a_text(tmp_path: Path) -> None:
    found = profile_of(tmp_path, lambda n: "broken" if n == 7 else n)
    assert (found.kind.logical, found.odd, found.odd_examples) == ("integer", 1, ("broken",))
    assert (
        profile_of(tmp_path, lambda n: f"broken {n}" if n % 9 == 0 else n).kind.logical == "string"
    )


@pytest.mark.parametrize(
    ("make", "first"),
    [
        (lambda n: f"1.{n:03d},50", "1000.5"),
        (lambda n: f"${n + 1},000.50", "1000.5"),
        (lambda n: f"{n % 28 + 1:02d}.02.2024", "2024-02-01"),
        (lambda n: f"2024-02-01 {n % 24:02d}:05:00+01:00", "2024-01-31T23:05:00Z"),
        (lambda n: "TRUE" if n % 2 == 0 else "False", "true"),
        (lambda n: 9007199254740993 + n, "9007199254740993"),
        (lambda n: 1234567890123456789 + n, "1234567890123456789"),
        (lambda n: 12345678901234567890 + n, "12345678901234567890"),
        (lambda n: f"{1000 + n}.0", "1000"),
        (lambda n: f"{1000 + n},0", "1000"),
        (lambda n: 1000 if n == 0 else f"{n}.0", "1000"),
        (lambda n: " padded ", "padded"),
        (lambda n: "N/A" if n == 0 else n, None),
    ],
)
def test_values_land_in_one_spelling(
    tmp_path: Path, make: Callable[[int], Any], first: str | None
) -> None:
    assert landed(tmp_path, make)[0] == first


def test_decimals_beyond_the_sample_make_a_column_of_measures(tmp_path: Path) -> None:
    content = csv_text({"a": lambda n: f"{n}.5" if n == 7 else f"{n}.0", "n": str})
    table = opened(tmp_path, content)
    found = profile(table, [Kind(logical="integer"), Kind(logical="integer")])
    assert [(each.kind.logical, each.odd) for each in found] == [("number", 0), ("integer", 0)]


def test_what_cannot_be_read_lands_as_it_is(tmp_path: Path) -> None:
    table = opened(tmp_path, csv_text({"a": lambda n: "x?" if n == 3 else n, "n": str}))
    kind = Kind(logical="integer")
    assert table.query(
        f"SELECT {kind.landed(kind.present('c0'), kind.value('c0'))} FROM {table.source(0)} "
        "WHERE file_row_number = 3"
    ) == [("x?",)]
    assert len(texts(table)) == 120
