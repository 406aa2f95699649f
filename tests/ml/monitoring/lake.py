"""A lake of answered flights by hand: weeks of requests and the labels that came later."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import numpy as np
import polars as pl

from ml.data.lakehouse import Lakehouse
from ml.monitoring.answers import LABELS
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
    seed: int,
    rate: float = 0.2,
    labelled: float = 1.0,
    package: str = "sha256:a",
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """One day's predictions in requests of ten rows, and the labels of a share of them."""
    generator = np.random.default_rng(seed)
    chance = np.clip(generator.beta(2, 2 / rate - 2, rows), 0.001, 0.999)
    label = (generator.uniform(size=rows) < chance).astype(float)
    count = range(rows)
    asked = datetime.combine(day, time(12), UTC)
    received = RECEIVED + timedelta(days=(day - FIRST).days)
    columns: dict[str, Any] = {
        "prediction_id": [f"{day}-{row // 10}" for row in count],
        "row": [row % 10 for row in count],
        "time": [received + timedelta(seconds=row // 10) for row in count],
        "day": [received.date()] * rows,
        "version": ["1"] * rows,
        "package_digest": [package] * rows,
        "event_time": [asked] * rows,
        "event_day": [day] * rows,
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
    predictions, labels = answers_of(spec, day, rows, seed=day.toordinal(), **how)
    lake.append(f"predictions/{spec.name}", predictions, app_id=f"p{day}", app_version=1)
    add_labels(lake, spec, labels, f"l{day}")


def add_labels(lake: Lakehouse, spec: ModelSpec, labels: pl.DataFrame, id: str) -> None:
    """Put labels into the lake."""
    if not labels.is_empty():
        lake.append(f"labels/{spec.name}", labels, app_id=id, app_version=1)


def answer_weeks(lake: Lakehouse, spec: ModelSpec, weeks: int, **how: Any) -> None:
    """Whole weeks from the first Monday on, a day's rows on each of its days; one commit each."""
    for number in range(weeks):
        days = [FIRST + timedelta(days=7 * number + day) for day in range(7)]
        made = [answers_of(spec, day, 60, seed=day.toordinal(), **how) for day in days]
        predictions = pl.concat([each[0] for each in made])
        lake.append(f"predictions/{spec.name}", predictions, app_id=f"w{number}", app_version=1)
        add_labels(lake, spec, pl.concat([each[1] for each in made]), f"v{number}")
