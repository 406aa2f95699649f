"""Prometheus' view of watching: the newest week in every model's metrics table."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime
from typing import Any

import polars as pl
import structlog
from prometheus_client import Metric
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from ml.monitoring.terms import ALARM, COVERAGE, NO_BASELINE

REFRESH_SECONDS = 60.0

log = structlog.get_logger()


class WatchGauges(Collector):
    """What was read last; a table that cannot be read leaves the others as they are."""

    def __init__(
        self,
        models: Callable[[], Iterable[str]],
        newest: Callable[[str], pl.DataFrame],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`newest` gives the rows of a model's newest week, none where there is no table."""
        self._models = models
        self._newest = newest
        self._clock = clock
        self._due = clock()
        self._rows: Mapping[str, pl.DataFrame] = {}

    def refresh(self) -> None:
        """Look again, once a minute at most; what stands in the way is told, never raised."""
        if self._clock() < self._due:
            return
        self._due = self._clock() + REFRESH_SECONDS
        try:
            models = list(self._models())
        except Exception as error:
            log.warning("metrics_not_listed", error=f"{type(error).__name__}: {error}")
            return
        # Replaced whole: a scrape on another thread sees the old rows or the new ones.
        self._rows = {model: self._read(model) for model in models}

    def _read(self, model: str) -> pl.DataFrame:
        try:
            return self._newest(model)
        except Exception as error:
            log.warning("metrics_not_read", model=model, error=f"{type(error).__name__}: {error}")
            return self._rows.get(model, pl.DataFrame())

    def collect(self) -> Iterable[Metric]:
        """The four gauges of every model that was watched."""
        labels = ["model", "signal", "figure", "baseline"]
        value = GaugeMetricFamily(
            "modelyard_watch_value", "What was measured in the newest week", labels=labels
        )
        breach = GaugeMetricFamily(
            "modelyard_watch_breach", "1 where a signal that may ring broke", labels=labels
        )
        week = GaugeMetricFamily(
            "modelyard_watch_week", "When the newest week began", labels=["model"]
        )
        coverage = GaugeMetricFamily(
            "modelyard_label_coverage",
            "Share of the newest week's rows whose label is known",
            labels=["model"],
        )
        for model, rows in self._rows.items():
            for one in rows.iter_rows(named=True):
                key = [model, one["signal"], one["figure"], one["baseline"]]
                value.add_metric(key, one["value"])
                if one["kind"] == ALARM:
                    breach.add_metric(key, float(one["breach"]))
                if (one["signal"], one["baseline"]) == (COVERAGE, NO_BASELINE):
                    coverage.add_metric([model], one["value"])
                    week.add_metric([model], _instant(one["week"]))
        return (value, breach, week, coverage)


def watched_models(s3: Any, lake: str) -> list[str]:
    """Models that have a metrics table in the lake `s3://bucket`."""
    bucket, _, prefix = lake.removeprefix("s3://").rstrip("/").partition("/")
    root = f"{prefix}/metrics/".lstrip("/")
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=root, Delimiter="/")
    found = [item["Prefix"] for page in pages for item in page.get("CommonPrefixes", ())]
    return [each.removeprefix(root).rstrip("/") for each in found]


def _instant(day: date) -> float:
    return datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()
