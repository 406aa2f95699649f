"""Every column gets a name the spec accepts, no two the same, whatever the file calls them."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelyard.onboarding.names import RESERVED, contract_names

PATTERN = re.compile(r"[a-z][a-z0-9_]{0,39}")


@given(st.lists(st.text(max_size=60), max_size=30))
def test_names_are_valid_and_all_different(originals: list[str]) -> None:
    names = contract_names(originals)
    assert len(names) == len(originals)
    assert len(set(names)) == len(names)
    assert all(PATTERN.fullmatch(name) for name in names)
    assert not RESERVED & set(names)


@pytest.mark.parametrize(
    ("original", "name"),
    [
        ("Monthly Fee (€)", "monthly_fee"),
        ("CustomerID", "customer_id"),
        ("2nd floor", "c_2nd_floor"),
        ("Größe", "grosse"),
        ("city-name", "city_name"),
        ("class", "class_value"),
        ("label", "label_value"),
        ("key_part", "c_key_part"),
        ("年齢", "column_1"),
        ("", "column_1"),
        ("x" * 60, "x" * 40),
    ],
)
def test_a_name_stays_recognisable(original: str, name: str) -> None:
    assert contract_names([original]) == [name]


def test_names_that_differ_by_case_only_are_numbered() -> None:
    assert contract_names(["a", "A", "a "]) == ["a", "a_2", "a_3"]
