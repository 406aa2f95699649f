"""Looks into the emulated lake: captured segments and the table they were merged into."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable

import boto3
import polars as pl
from deltalake import DeltaTable

from ml.data.object_store import storage_options
from ml.monitoring.captured import CapturedSegments
from ml.monitoring.collector import Collected, Collector
from ml.monitoring.predictions import PredictionsTable
from ml.monitoring.rows import table_rows
from tests.ml.serving.cloud import Cloud

Rows = Counter[tuple[str, int]]


def captured(cloud: Cloud, pod: str) -> Rows:
    """Prediction id and row of everything a pod has shipped, and how often."""
    source = CapturedSegments(cloud.client("s3"), cloud.lake)
    return Counter(
        (answer.prediction_id, row)
        for stored in source.segments("toy")
        if stored.pod == pod
        for answer in source.read(stored).records
        for row in range(len(answer.outputs[0]))
    )


def collect(cloud: Cloud, model: str = "toy") -> Collected:
    """Run a collector once."""
    source = CapturedSegments(cloud.client("s3"), cloud.lake)
    return Collector(model, source, table(cloud, model), table_rows).run()


def table(cloud: Cloud, model: str = "toy") -> PredictionsTable:
    """The predictions table."""
    session = boto3.Session()
    return PredictionsTable(f"{cloud.lake}/predictions/{model}", lambda: storage_options(session))


def rows(cloud: Cloud, model: str = "toy") -> pl.DataFrame:
    """Every row of the predictions table."""
    options = storage_options(boto3.Session())
    stored = DeltaTable(f"{cloud.lake}/predictions/{model}", storage_options=options)
    frame = pl.from_arrow(stored.to_pyarrow_table())
    assert isinstance(frame, pl.DataFrame)
    return frame


def wait_until(true: Callable[[], bool], seconds: float = 60) -> None:
    """Wait for something to come true."""
    give_up = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < give_up, "it did not come true in time"
        time.sleep(0.05)
