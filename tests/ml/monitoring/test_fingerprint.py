"""A fingerprint adds exactly, forgets no row, and tells two distributions apart."""

from __future__ import annotations

import json
import math

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ml.monitoring.divergence import psi, quantile
from ml.monitoring.fingerprint import MOST_CATEGORIES, bin_of, fingerprint, merge

numbers = st.lists(st.none() | st.floats() | st.integers(-5, 5).map(float), max_size=40)


def column(values: list[float | None]) -> pl.DataFrame:
    return pl.DataFrame({"x": pl.Series(values, dtype=pl.Float64)})


@given(numbers, numbers)
def test_the_sum_of_two_parts_is_the_fingerprint_of_the_whole(
    left: list[float | None], right: list[float | None]
) -> None:
    merged = merge(fingerprint(column(left)), fingerprint(column(right)))
    whole = fingerprint(column(left + right))
    for part in (merged, whole):
        for rounded in ("sum", "squares"):
            del part["columns"]["x"][rounded]
    assert merged == whole
    counted = whole["columns"]["x"]
    outside = counted["nulls"] + counted["nans"] + counted["infinities"]
    assert sum(counted["bins"].values()) + outside == len(left) + len(right)


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=2, max_size=30))
def test_bins_sort_like_the_numbers(values: list[float]) -> None:
    ordered = np.sort(np.array(values))
    assert (np.diff(bin_of(ordered)) >= 0).all()
    assert bin_of(ordered).min() >= 0
    assert bin_of(ordered).max() < 4096


def test_quantiles_are_within_eight_thousandths_of_the_value() -> None:
    values = np.random.default_rng(7).lognormal(3, 1, 50_000) * np.array([1, -1] * 25_000)
    counted = fingerprint(pl.DataFrame({"x": values}))["columns"]["x"]
    for share in (0.01, 0.1, 0.25, 0.4, 0.6, 0.75, 0.9, 0.99):
        exact = np.sort(values)[math.ceil(share * len(values)) - 1]
        assert abs(quantile(counted, share) - exact) <= 0.008 * abs(exact)


def test_many_texts_are_hashed_whichever_part_came_first() -> None:
    texts = [f"t{n}" for n in range(MOST_CATEGORIES + 10)]
    parts = [
        fingerprint(pl.DataFrame({"x": part}))
        for part in (texts[:10], texts[10:2000], texts[2000:])
    ]
    forwards = merge(merge(parts[0], parts[1]), parts[2])
    backwards = merge(parts[0], merge(parts[2], parts[1]))
    assert forwards == backwards == fingerprint(pl.DataFrame({"x": texts}))
    assert forwards["columns"]["x"]["categories"] == {}
    assert sum(forwards["columns"]["x"]["hashed"].values()) == len(texts)


def test_psi_is_nothing_for_the_same_rows_and_large_for_a_shift() -> None:
    generator = np.random.default_rng(3)
    before = fingerprint(pl.DataFrame({"x": generator.normal(0, 1, 20_000)}))["columns"]["x"]
    again = fingerprint(pl.DataFrame({"x": generator.normal(0, 1, 20_000)}))["columns"]["x"]
    moved = fingerprint(pl.DataFrame({"x": generator.normal(1, 1, 20_000)}))["columns"]["x"]
    assert psi(before, before) == 0
    assert psi(before, again) < 0.01
    assert psi(before, moved) > 0.5


def test_psi_sees_values_that_stop_arriving_and_new_categories() -> None:
    def texts(*values: str | None) -> dict[str, object]:
        frame = pl.DataFrame({"x": pl.Series(list(values), dtype=pl.String)})
        column: dict[str, object] = fingerprint(frame)["columns"]["x"]
        return column

    assert psi(texts("a", "b"), texts("a", None)) > 1
    assert psi(texts("a", "b"), texts("c", "b")) > 1
    assert psi(texts("a", "b"), texts("b", "a")) == 0


def test_a_fingerprint_is_json_and_refuses_other_columns() -> None:
    frame = pl.DataFrame({"n": [1, None], "t": ["a", "b"], "b": [True, False]})
    counted = fingerprint(frame)
    assert json.loads(json.dumps(counted)) == counted
    assert counted["columns"]["n"]["nulls"] == 1
    with pytest.raises(ValueError, match="different columns do not add: t"):
        merge(counted, fingerprint(frame.drop("t")))
