"""Turns kept labels into the rows of the labels table: one row per label, as it was said."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import polars as pl

from ml.deployment.capture.segment import Feedback
from ml.monitoring.rows import Captured

LABELS: Mapping[str, Any] = {
    "prediction_id": pl.String,
    "row": pl.Int32,
    "label": pl.Float64,
    "label_text": pl.String,
    "known_at": pl.Datetime("us", "UTC"),
    "received_at": pl.Datetime("us", "UTC"),
    "caller": pl.String,
    "day": pl.Date,
}
"""Columns of every model's labels table; `day` is of `received_at`."""


def label_rows(
    captured: Iterable[Captured[Feedback]], _existing: Mapping[str, Any]
) -> pl.DataFrame:
    """All labels of some segments; the columns are the same for every model."""
    columns: dict[str, list[Any]] = {name: [] for name in LABELS if name != "day"}
    for item in captured:
        for feedback in item.segment.records:
            for label in feedback.labels:
                columns["prediction_id"].append(label.prediction_id)
                columns["row"].append(label.row)
                columns["label"].append(label.number)
                columns["label_text"].append(label.text)
                columns["known_at"].append(label.known_us)
                columns["received_at"].append(feedback.received_ns // 1000)
                columns["caller"].append(feedback.caller)
    series = [pl.Series(name, values, dtype=LABELS[name]) for name, values in columns.items()]
    return pl.DataFrame(series).with_columns(day=pl.col("received_at").dt.date())
