"""What CloudWatch is told of a watched week: whether a signal broke, and the signals' values."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import structlog
from botocore.exceptions import ClientError

from ml.monitoring.terms import (
    CALIBRATION,
    COVERAGE,
    LABEL_RATE,
    MEAN_PREDICTION,
    NO_BASELINE,
    PERFORMANCE,
    RECENT,
)
from ml.monitoring.watching import WatchedWeek
from ml.workloads import BREACH, METRIC_NAMESPACE

VALUE = "Value"
_SHOWN = {
    MEAN_PREDICTION: RECENT,
    LABEL_RATE: RECENT,
    PERFORMANCE: RECENT,
    CALIBRATION: RECENT,
    COVERAGE: NO_BASELINE,
}
"""Signals with one figure each; per feature there would be hundreds of paid metrics."""
_UNSHOWN_FIGURES = {"slope"}
MOST = 1000
"""Data in one call, which is AWS's limit."""

log = structlog.get_logger()


def metric_data(model: str, watched: WatchedWeek, breaches: dict[str, bool]) -> Iterator[Any]:
    """One datum per judged alarm signal and per value, at the end of the week in its own time."""
    at = watched.part.ended
    for signal, breach in breaches.items():
        yield _datum(BREACH, model, signal, float(breach), at)
    for one in watched.findings:
        signal, figure = one.key
        if _SHOWN.get(signal) == one.baseline and figure not in _UNSHOWN_FIGURES:
            yield _datum(VALUE, model, signal, one.value, at)


def tell_cloudwatch(cloudwatch: Any, data: list[Any]) -> bool:
    """Put the data; False where the week is too old for CloudWatch, which is not an error.

    It takes nothing that is older than two weeks, and a week that old wakes nobody.
    """
    for start in range(0, len(data), MOST):
        try:
            cloudwatch.put_metric_data(
                Namespace=METRIC_NAMESPACE, MetricData=data[start : start + MOST]
            )
        except ClientError as error:
            if "timestamp" not in str(error).lower():
                raise
            log.warning("week_too_old_for_cloudwatch", reason=str(error))
            return False
    return True


def _datum(name: str, model: str, signal: str, value: float, at: datetime) -> dict[str, Any]:
    return {
        "MetricName": name,
        "Dimensions": [{"Name": "Model", "Value": model}, {"Name": "Signal", "Value": signal}],
        "Timestamp": at,
        "Value": value,
    }
