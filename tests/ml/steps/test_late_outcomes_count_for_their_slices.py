"""Outcomes that come late count for their slices, and only what they change is judged again."""

import json
import shutil
from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest

from ml.data.lakehouse import Lakehouse
from ml.monitoring.metrics_table import PROVENANCE
from ml.monitoring.windows import FIRST_MONDAY
from ml.spec import ModelSpec
from tests.ml.monitoring.lake import FIRST, add_labels, answer_day, answers_of
from tests.ml.steps.heard import CloudWatch, listen
from tests.ml.steps.slices import CALM, SLICE, fill_at_pace, watch, without_a_day

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def spec() -> ModelSpec:
    return without_a_day()


def with_outcomes(table: pl.DataFrame) -> int:
    """How many slices say how good the answers were."""
    return table.filter(signal="performance", baseline="recent_production")["week"].n_unique()


def test_outcomes_a_day_late_count_however_many_slices_filled_meanwhile(
    spec: ModelSpec, tmp_path: Path, told: CloudWatch
) -> None:
    lake, slices = Lakehouse(str(tmp_path)), 3 * CALM
    late = fill_at_pace(lake, spec, slices)
    assert with_outcomes(watch(lake)) == 0
    add_labels(lake, spec, late, "late")
    assert with_outcomes(watch(lake)) == slices


def test_only_slices_that_outcomes_came_for_and_those_judged_by_them_are_judged_again(
    spec: ModelSpec, tmp_path: Path, told: CloudWatch, capsys: pytest.CaptureFixture[str]
) -> None:
    lake, slices = Lakehouse(str(tmp_path)), 4 * CALM
    late = fill_at_pace(lake, spec, slices)
    watch(lake)
    capsys.readouterr()
    watch(lake)
    assert judged(capsys) == []
    third = late.filter(pl.col("prediction_id").str.starts_with(f"{FIRST + timedelta(days=2)}-"))
    add_labels(lake, spec, third, "third")
    watch(lake)
    again = 2 * spec.monitoring.reference_weeks + 1
    assert judged(capsys) == list(range(2, 2 + again))
    add_labels(lake, spec, turned(third), "turned")
    table = watch(lake)
    assert judged(capsys)[0] == 2
    shutil.rmtree(tmp_path / "metrics")
    assert watch(lake).drop(PROVENANCE).equals(table.drop(PROVENANCE))


def test_outcomes_count_for_so_many_days_by_the_time_of_the_answers(
    spec: ModelSpec, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    short = spec.monitoring.model_copy(update={"final_after_days": 2})
    listen(monkeypatch, spec.model_copy(update={"monitoring": short}))
    lake = Lakehouse(str(tmp_path))
    late = [answers_of(spec, FIRST + timedelta(days=number), SLICE)[1] for number in range(CALM)]
    for number in range(CALM):
        answer_day(lake, spec, FIRST + timedelta(days=number), rows=SLICE, labelled=0.0)
    watch(lake)
    add_labels(lake, spec, pl.concat(late), "late")
    assert with_outcomes(watch(lake)) == 3


def test_late_outcomes_are_looked_for_among_as_many_answers_as_memory_holds(
    spec: ModelSpec, tmp_path: Path, told: CloudWatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ml.monitoring.watching.OPEN_ROWS", 4 * SLICE)
    lake = Lakehouse(str(tmp_path))
    late = fill_at_pace(lake, spec, CALM)
    watch(lake)
    add_labels(lake, spec, late, "late")
    assert with_outcomes(watch(lake)) == 4


def judged(capsys: pytest.CaptureFixture[str]) -> list[int]:
    """The slices that the last run judged, by number."""
    done = json.loads(capsys.readouterr().out.splitlines()[-1])["weeks"]
    return [(date.fromisoformat(each["week"]) - FIRST_MONDAY).days // 7 for each in done]


def turned(labels: pl.DataFrame) -> pl.DataFrame:
    """As many outcomes as before, said an hour later to be the other one."""
    return labels.with_columns(
        label=1.0 - pl.col("label"), received_at=pl.col("received_at") + timedelta(hours=1)
    )
