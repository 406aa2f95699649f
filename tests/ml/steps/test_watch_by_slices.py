"""Rows without a day are watched by slices; each that broke rings, however many came at once."""

from datetime import timedelta
from pathlib import Path

import polars as pl
import pytest

from ml.data.lakehouse import Lakehouse
from ml.spec import ModelSpec
from tests.ml.monitoring.lake import FIRST, add_labels, answer_day, answers_of
from tests.ml.steps.heard import CloudWatch
from tests.ml.steps.slices import CALM, SLICE, watch, without_a_day

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def spec() -> ModelSpec:
    return without_a_day()


@pytest.fixture
def lake(spec: ModelSpec, tmp_path: Path) -> Lakehouse:
    """A lake of calm slices, one a day."""
    made = Lakehouse(str(tmp_path))
    for number in range(CALM):
        fill(made, spec, number)
    return made


def fill(lake: Lakehouse, spec: ModelSpec, number: int, rate: float = 0.2) -> None:
    answer_day(lake, spec, FIRST + timedelta(days=number), rows=SLICE, rate=rate)


def rung(told: CloudWatch) -> set[str]:
    """The signals that broke in any slice that was told."""
    return {signal for each in told.verdicts().values() for signal, broke in each.items() if broke}


def test_calm_slices_ring_nothing(spec: ModelSpec, lake: Lakehouse, told: CloudWatch) -> None:
    assert watch(lake)["week"].n_unique() == CALM
    assert told.verdicts()
    assert rung(told) == set()


def test_a_slice_that_broke_rings_though_others_filled_since(
    spec: ModelSpec, lake: Lakehouse, told: CloudWatch
) -> None:
    fill(lake, spec, CALM, rate=0.8)
    fill(lake, spec, CALM + 1)
    watch(lake)
    assert rung(told) >= {"label_rate", "mean_prediction"}
    heard = len(told.data)
    watch(lake)
    assert len(told.data) == heard


def test_outcomes_that_come_when_the_next_slice_is_full_still_ring(
    spec: ModelSpec, lake: Lakehouse, told: CloudWatch
) -> None:
    day = FIRST + timedelta(days=CALM)
    _, late = answers_of(spec, day, SLICE)
    answer_day(lake, spec, day, rows=SLICE, labelled=0.0)
    fill(lake, spec, CALM + 1)
    watch(lake)
    assert rung(told) == set()
    add_labels(lake, spec, late.with_columns(label=pl.lit(1.0)), "late")
    watch(lake)
    assert "label_rate" in rung(told)


def test_a_break_that_no_alarm_looks_back_to_is_not_told(
    spec: ModelSpec, lake: Lakehouse, told: CloudWatch
) -> None:
    fill(lake, spec, CALM, rate=0.8)
    for number in range(1, 9):
        fill(lake, spec, CALM + number)
    watch(lake)
    assert rung(told) == set()
