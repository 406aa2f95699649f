"""Two versions learn from the earlier parts of a file with time, and the rest is lived through."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelyard.onboarding.parts import UNDATED
from modelyard.story.own_parts import FEWEST, begin_of, split


def months(count: int, rows: int = 10) -> dict[str, int]:
    return {f"{2000 + n // 12}-{n % 12 + 1:02d}": rows for n in range(count)}


def test_half_a_quarter_and_a_quarter_of_the_rows() -> None:
    parts = split(months(12))
    assert [len(parts.first), len(parts.later), len(parts.lived)] == [6, 3, 3]
    assert parts.lived_from == date(2000, 10, 1)


def test_rows_count_not_months() -> None:
    parts = split({**months(12), "2000-01": 1000})
    assert parts.first == ("2000-01",)


def test_of_few_parts_none_is_left_to_live() -> None:
    parts = split(months(FEWEST - 1))
    assert (parts.first, parts.later) == (("2000-01", "2000-02"), ("2000-03",))
    assert (parts.lived, parts.lived_from) == ((), None)


def test_rows_without_a_time_are_learned_from_and_not_asked_about() -> None:
    parts = split({**months(8), UNDATED: 500})
    assert UNDATED in parts.later
    assert UNDATED not in parts.lived


@given(st.lists(st.integers(1, 10_000), min_size=FEWEST, max_size=60))
def test_every_part_goes_to_one_list_in_order_and_no_list_is_empty(rows: list[int]) -> None:
    given_parts = dict(zip(months(len(rows)), rows, strict=True))
    parts = split(given_parts)
    assert [*parts.first, *parts.later, *parts.lived] == [*given_parts]
    assert parts.first
    assert parts.later
    assert parts.lived


@pytest.mark.parametrize("day", [date(2020, 12, 28), date(2024, 1, 1), date(2026, 11, 23)])
def test_an_iso_week_begins_on_its_monday(day: date) -> None:
    assert begin_of(day.strftime("%G-W%V")) == day
    assert begin_of((day + timedelta(days=6)).strftime("%G-W%V")) == day
