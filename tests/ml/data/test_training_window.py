"""A window ends with its last labelled day, and may begin a number of days before that."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest

from ml.data.training_set import TrainingSet, training_set
from ml.data.window import Window
from ml.failures import StepError
from ml.spec import ModelSpec, load_model
from ml.steps.features import run

FIRST = date(2013, 1, 1)


@pytest.fixture(scope="module")
def spec() -> ModelSpec:
    return load_model(Path("models/flight_delay"))


def rows(days: int, unlabelled: int = 0) -> pl.DataFrame:
    """Two rows a day; the last days have no label yet."""
    return pl.DataFrame(
        {
            "day": [FIRST + timedelta(days=n // 2) for n in range(2 * days)],
            "label": [None if n // 2 >= days - unlabelled else 0.0 for n in range(2 * days)],
        },
        schema={"day": pl.Date, "label": pl.Float32},
    )


def day(number: int) -> date:
    return FIRST + timedelta(days=number)


def cut(spec: ModelSpec, frame: pl.DataFrame, **how: int) -> TrainingSet:
    return training_set(spec, frame, Window(), **how)


def test_the_holdout_is_the_last_labelled_days(spec: ModelSpec) -> None:
    found = cut(spec, rows(100, unlabelled=10), holdout_days=20)
    assert (found.holdout_start, found.window.end) == (day(70), day(90))
    assert found.holdout["day"].unique().len() == 20
    assert found.holdout["label"].null_count() == 0


def test_days_counts_back_from_the_end_and_holds_the_holdout(spec: ModelSpec) -> None:
    found = cut(spec, rows(100), holdout_days=20, days=50)
    assert (found.window.start, found.window.end) == (day(50), day(100))
    assert found.training["day"].min() == day(50)
    assert found.training["day"].unique().len() == 30


def test_more_days_than_there_are_take_all(spec: ModelSpec) -> None:
    assert cut(spec, rows(100), holdout_days=20, days=999).training.height == 160


def test_without_any_label_there_is_nothing_to_learn(spec: ModelSpec) -> None:
    with pytest.raises(StepError, match="has a label yet"):
        cut(spec, rows(100, unlabelled=100), holdout_days=20)


@pytest.mark.parametrize("text", ["0", "-3", "many", "1.5", "²"])
def test_days_must_be_a_number_of_days(text: str, tmp_path: Path) -> None:
    flags = {"model": "flight_delay", "source": tmp_path, "lake": tmp_path, "artifacts": tmp_path}
    argv = [word for name, value in flags.items() for word in (f"--{name}", str(value))]
    with pytest.raises(StepError, match="--days"):
        run([*argv, "--run", "r", "--days", text])


def test_rows_after_the_window_do_not_move_its_end(spec: ModelSpec) -> None:
    found = training_set(spec, rows(100), Window(end=day(60)), holdout_days=20)
    assert (found.holdout_start, found.window.end) == (day(40), day(60))
    assert found.training["day"].max() == day(39)
