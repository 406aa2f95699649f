"""Weeks of answers about a model with two features, and the step that watches them."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import polars as pl

import ml.steps.watch as step
from ml.data.lakehouse import Lakehouse
from ml.monitoring.metrics_table import PROVENANCE, MetricsTable
from ml.spec import ModelSpec, load_model
from tests.ml.monitoring.lake import FIRST

MODEL = "flight_delay"


def with_two_features() -> ModelSpec:
    """The reference model with two features, and a shorter memory."""
    whole = load_model(Path("models") / MODEL)
    few = whole.features.model_copy(update={"columns": {"carrier": "text", "temp": "number"}})
    short = whole.monitoring.model_copy(update={"reference_weeks": 4, "final_after_days": 14})
    return whole.model_copy(update={"features": few, "monitoring": short})


def monday(number: int) -> date:
    return FIRST + timedelta(weeks=number)


def watch(lake: Lakehouse, *flags: str) -> pl.DataFrame:
    """Run the step; the table it leaves."""
    step.run(["--model", MODEL, "--lake", lake.root, "--artifacts", lake.root, *flags])
    return MetricsTable(lake, MODEL).read()


def said(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.drop(PROVENANCE)
