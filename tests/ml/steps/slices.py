"""Slices of answers about a model whose rows have no day, and the step that watches them."""

from datetime import timedelta
from pathlib import Path

import polars as pl

import ml.steps.watch as step
from ml.data.lakehouse import Lakehouse
from ml.monitoring.metrics_table import MetricsTable
from ml.spec import ModelSpec, load_model
from tests.ml.monitoring.lake import FIRST, RECEIVED, answers_of

MODEL = "flight_delay"
SLICE = 100
CALM = 9
"""Slices before the one that breaks: as many as judge it, and one."""


def without_a_day() -> ModelSpec:
    """The reference model as if its rows had no day."""
    whole = load_model(Path("models") / MODEL)
    return whole.model_copy(
        update={
            "features": whole.features.model_copy(update={"columns": {"carrier": "text"}}),
            "data": whole.data.model_copy(update={"day": None}),
            "monitoring": whole.monitoring.model_copy(update={"slice_rows": SLICE}),
        }
    )


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


def watch(lake: Lakehouse) -> pl.DataFrame:
    step.run(["--model", MODEL, "--lake", lake.root, "--artifacts", lake.root])
    return MetricsTable(lake, MODEL).read()
