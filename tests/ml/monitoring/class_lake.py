"""A lake of answers with three classes: weeks of requests and the labels that came later."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import polars as pl

from ml.data.lakehouse import Lakehouse
from ml.monitoring.label_rows import LABELS
from tests.ml.monitoring.test_watching_classes import answers

FIRST = date(2024, 1, 1)
RECEIVED = datetime(2026, 3, 1, 9, tzinfo=UTC)


def answer_class_week(lake: Lakehouse, model: str, number: int, package: str, **how: Any) -> None:
    """One week's answers and outcomes, all of one day."""
    rows = answers(number, **how)
    day = FIRST + timedelta(weeks=number)
    received = RECEIVED + timedelta(days=7 * number)
    named = pl.DataFrame(
        {"prediction_id": [f"{number}-{n // 10}" for n in range(rows.height)]}
    ).with_columns(row=pl.int_range(pl.len(), dtype=pl.Int32) % 10)
    predictions = named.with_columns(
        time=pl.lit(received, pl.Datetime("us", "UTC")),
        day=pl.lit(received.date()),
        version=pl.lit("1"),
        package_digest=pl.lit(package),
        event_time=pl.lit(datetime.combine(day, time(12), UTC), pl.Datetime("us", "UTC")),
        event_day=pl.lit(day),
        output_label=pl.lit("car"),
        output_probabilities=rows["score"],
        input_speed=rows["speed"].cast(pl.Float64),
    )
    labels = named.with_columns(
        label_text=rows["label"],
        received_at=pl.lit(received, pl.Datetime("us", "UTC")),
        day=pl.lit(received.date()),
    ).filter(pl.col("label_text").is_not_null())
    missing = [pl.lit(None, LABELS[name]).alias(name) for name in LABELS if name not in labels]
    shaped = labels.with_columns(missing).select(
        pl.col(name).cast(dtype) for name, dtype in LABELS.items()
    )
    lake.append(f"predictions/{model}", predictions, app_id=f"p{number}", app_version=1)
    lake.append(f"labels/{model}", shaped, app_id=f"l{number}", app_version=1)
