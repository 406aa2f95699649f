"""Labels as callers post them, and the table they reach."""

from __future__ import annotations

from typing import Any

import boto3
import polars as pl

from ml.data.lakehouse import Lakehouse
from ml.data.object_store import storage_options
from ml.monitoring.captured import FeedbackSegments
from ml.monitoring.collector import Collected, Collector
from ml.monitoring.label_rows import LABELS, label_rows
from ml.monitoring.predictions import LabelsTable
from tests.ml.serving.cloud import Cloud


def label(value: Any = 1, **changes: Any) -> dict[str, Any]:
    return {"prediction_id": "p", "row": 0, "label": value, **changes}


def stored(cloud: Cloud, model: str) -> pl.DataFrame:
    """Every label of a model, once the collector has seen what has arrived."""
    collect(cloud, model)
    lake, table = Lakehouse(cloud.lake), f"labels/{model}"
    if lake.schema(table) is None:
        return pl.DataFrame(schema=dict(LABELS))
    return lake.read(table).frame


def collect(cloud: Cloud, model: str) -> Collected:
    session = boto3.Session()
    source = FeedbackSegments(cloud.client("s3"), cloud.lake)
    table = LabelsTable(f"{cloud.lake}/labels/{model}", lambda: storage_options(session))
    return Collector(model, source, table, label_rows).run()
