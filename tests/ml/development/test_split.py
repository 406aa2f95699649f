"""No row is both learned from and judged on, and the cut depends on the window alone."""

from datetime import date, timedelta

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ml.development.split import SplitError, split_by_day, split_by_hash

FIRST = date(2013, 1, 1)


def rows(offsets: list[int]) -> pl.DataFrame:
    return pl.DataFrame({"day": [FIRST + timedelta(days=o) for o in offsets], "row": offsets})


@given(st.lists(st.integers(0, 99), min_size=1), st.integers(1, 40))
def test_every_training_day_is_before_every_held_out_day(offsets: list[int], holdout: int) -> None:
    end = FIRST + timedelta(days=100)
    first_held_out = end - timedelta(days=holdout)
    frame = rows([0, 99, *offsets])
    split = split_by_day(frame, day="day", holdout_days=holdout, end=end)
    assert (split.training["day"] < first_held_out).all()
    assert (split.holdout["day"] >= first_held_out).all()
    assert len(split.training) + len(split.holdout) == len(frame)


def test_the_end_is_exclusive_and_empty_days_do_not_move_the_cut() -> None:
    frame = rows([0, 1, 2, 9, 10])
    split = split_by_day(frame, day="day", holdout_days=8, end=FIRST + timedelta(days=10))
    assert split.training["row"].to_list() == [0, 1]
    assert split.holdout["row"].to_list() == [2, 9]


def test_a_window_without_holdout_rows_is_refused_with_what_there_is() -> None:
    with pytest.raises(SplitError, match=r"no holdout rows.*2013-01-01 to 2013-01-03"):
        split_by_day(rows([0, 2]), day="day", holdout_days=3, end=FIRST + timedelta(days=30))


def people(count: int) -> pl.DataFrame:
    return pl.DataFrame({"key": [f"p{i}" for i in range(count)]})


def held_out(count: int, seed: int = 7) -> set[str]:
    split = split_by_hash(people(count), keys=["key"], fraction=0.25, seed=seed)
    assert not set(split.training["key"]) & set(split.holdout["key"])
    return set(split.holdout["key"])


def test_an_entity_stays_on_its_side_when_others_join() -> None:
    assert held_out(400) == held_out(2000) & set(people(400)["key"])


def test_the_share_is_met_and_the_seed_decides_who() -> None:
    assert 0.2 < len(held_out(2000)) / 2000 < 0.3
    assert held_out(400) != held_out(400, seed=8)


def test_a_split_that_leaves_one_side_empty_is_refused() -> None:
    with pytest.raises(SplitError, match="no holdout rows"):
        split_by_hash(people(3), keys=["key"], fraction=0.0001, seed=1)
