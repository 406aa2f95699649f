"""Rows without a day are watched by slices; each that broke rings, however many came at once."""

import json
import shutil
from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest

import ml.steps.watch as step
from ml.data.lakehouse import Lakehouse
from ml.monitoring.metrics_table import PROVENANCE, MetricsTable
from ml.monitoring.windows import FIRST_MONDAY
from ml.spec import ModelSpec, load_model
from tests.ml.monitoring.lake import FIRST, RECEIVED, add_labels, answer_day, answers_of
from tests.ml.steps.heard import CloudWatch, listen

pytestmark = pytest.mark.slow

MODEL = "flight_delay"
SLICE = 100
CALM = 9
"""Slices before the one that breaks: as many as judge it, and one."""


@pytest.fixture(scope="module")
def spec() -> ModelSpec:
    """The reference model as if its rows had no day."""
    whole = load_model(Path("models") / MODEL)
    return whole.model_copy(
        update={
            "features": whole.features.model_copy(update={"columns": {"carrier": "text"}}),
            "data": whole.data.model_copy(update={"day": None}),
            "monitoring": whole.monitoring.model_copy(update={"slice_rows": SLICE}),
        }
    )


@pytest.fixture
def lake(spec: ModelSpec, tmp_path: Path) -> Lakehouse:
    """A lake of calm slices, one a day."""
    made = Lakehouse(str(tmp_path))
    for number in range(CALM):
        fill(made, spec, number)
    return made


def fill(lake: Lakehouse, spec: ModelSpec, number: int, rate: float = 0.2) -> None:
    answer_day(lake, spec, FIRST + timedelta(days=number), rows=SLICE, rate=rate)


def watch(lake: Lakehouse) -> pl.DataFrame:
    step.run(["--model", MODEL, "--lake", lake.root, "--artifacts", lake.root])
    return MetricsTable(lake, MODEL).read()


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


def fill_at_pace(lake: Lakehouse, spec: ModelSpec, slices: int) -> pl.DataFrame:
    """Slices that take 25 seconds each, none with an outcome; return the outcomes, a day late."""
    made = [answers_of(spec, FIRST + timedelta(days=number), SLICE) for number in range(slices)]
    seconds = pl.int_range(pl.len()).cast(pl.Int64) // 10 * 10 * 25_000_000 // SLICE
    asked = pl.concat([each[0] for each in made]).with_columns(
        time=pl.lit(RECEIVED) + pl.duration(microseconds=seconds), day=pl.lit(RECEIVED.date())
    )
    lake.append(f"predictions/{MODEL}", asked, app_id="fast", app_version=1)
    late = RECEIVED + timedelta(days=1)
    return pl.concat([each[1] for each in made]).with_columns(
        received_at=pl.lit(late, asked["time"].dtype), day=pl.lit(late.date())
    )


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


def test_slices_that_cut_requests_in_two_are_the_same_read_one_by_one_or_many_at_once(
    spec: ModelSpec, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    odd = spec.monitoring.model_copy(update={"slice_rows": 55})
    listen(monkeypatch, spec.model_copy(update={"monitoring": odd}))
    lake = Lakehouse(str(tmp_path))
    add_labels(lake, spec, fill_at_pace(lake, spec, CALM), "late")
    together = watch(lake).drop(PROVENANCE)
    assert together["week"].n_unique() == CALM * SLICE // 55
    monkeypatch.setattr("ml.monitoring.answered_slices.BLOCK_ROWS", 1)
    shutil.rmtree(tmp_path / "metrics")
    assert watch(lake).drop(PROVENANCE).equals(together)


def judged(capsys: pytest.CaptureFixture[str]) -> list[int]:
    """The slices that the last run judged, by number."""
    done = json.loads(capsys.readouterr().out.splitlines()[-1])["weeks"]
    return [(date.fromisoformat(each["week"]) - FIRST_MONDAY).days // 7 for each in done]


def turned(labels: pl.DataFrame) -> pl.DataFrame:
    """As many outcomes as before, said an hour later to be the other one."""
    return labels.with_columns(
        label=1.0 - pl.col("label"), received_at=pl.col("received_at") + timedelta(hours=1)
    )
