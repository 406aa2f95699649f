"""A lake of answered flights by hand: weeks of requests and the labels that came later."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import numpy as np
import polars as pl

from ml.data.lakehouse import Lakehouse
from ml.monitoring.label_rows import LABELS
from ml.monitoring.rows import FIXED
from ml.spec import ModelSpec

FIRST = date(2013, 7, 1)
RECEIVED = datetime(2026, 3, 1, 9, tzinfo=UTC)
"""Replayed long after the data's own time: only the question's own day says when it was."""


def answers_of(
    spec: ModelSpec,
    day: date,
    rows: int,
    *,
    rate: float = 0.2,
    labelled: float = 1.0,
    package: str = "sha256:a",
    received_on: date | None = None,
    asked: date | None = None,
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """One day's predictions in requests of ten rows, and the labels of a share of them."""
    generator = np.random.default_rng(day.toordinal())
    chance = np.clip(generator.beta(2, 2 / rate - 2, rows), 0.001, 0.999)
    label = (generator.uniform(size=rows) < chance).astype(float)
    count = range(rows)
    about = asked or day
    received = RECEIVED + timedelta(days=(day - FIRST).days)
    if received_on is not None:
        received = datetime.combine(received_on, time(13), UTC)
    columns: dict[str, Any] = {
        "prediction_id": [f"{about}-{row // 10}" for row in count],
        "row": [row % 10 for row in count],
        "time": [received + timedelta(seconds=row // 10) for row in count],
        "day": [received.date()] * rows,
        "version": ["1"] * rows,
        "package_digest": [package] * rows,
        "event_time": [datetime.combine(about, time(12), UTC)] * rows,
        "event_day": [about] * rows,
        "output_probability": chance,
    }
    for name, kind in spec.features.columns.items():
        many = generator.normal(10, 2, rows) if kind == "number" else ["AA", "UA"] * (rows // 2)
        columns[f"input_{name}"] = many
    types = {**FIXED, "event_time": pl.Datetime("us", "UTC"), "event_day": pl.Date}
    predictions = pl.DataFrame(
        columns, schema_overrides={k: types[k] for k in columns if k in types}
    )
    kept = generator.uniform(size=rows) < labelled
    labels = predictions.select("prediction_id", "row").with_columns(
        label=pl.Series(label), received_at=pl.Series([received + timedelta(hours=3)] * rows)
    )
    labels = labels.filter(pl.Series(kept)).with_columns(day=pl.col("received_at").dt.date())
    missing = [pl.lit(None, LABELS[n]).alias(n) for n in LABELS if n not in labels.columns]
    return predictions, labels.with_columns(missing).select(
        pl.col(name).cast(dtype) for name, dtype in LABELS.items()
    )


def answer_day(lake: Lakehouse, spec: ModelSpec, day: date, rows: int = 60, **how: Any) -> None:
    """Put one answered day into the lake."""
    predictions, labels = answers_of(spec, day, rows, **how)
    lake.append(f"predictions/{spec.name}", predictions, app_id=f"p{day}", app_version=1)
    add_labels(lake, spec, labels, f"l{day}")


def add_labels(lake: Lakehouse, spec: ModelSpec, labels: pl.DataFrame, id: str) -> None:
    """Put labels into the lake."""
    if not labels.is_empty():
        lake.append(f"labels/{spec.name}", labels, app_id=id, app_version=1)


def answer_weeks(lake: Lakehouse, spec: ModelSpec, weeks: int, **how: Any) -> None:
    """Weeks from the first Monday on, each with one answered day; one commit for all of them."""
    made = [
        answers_of(spec, FIRST + timedelta(weeks=number), 60, **how) for number in range(weeks)
    ]
    predictions = pl.concat([each[0] for each in made])
    lake.append(f"predictions/{spec.name}", predictions, app_id="weeks", app_version=1)
    add_labels(lake, spec, pl.concat([each[1] for each in made]), "weeks")
