"""Step `collect`: merge segments into the tables of predictions and labels, until told to stop."""

from __future__ import annotations

import argparse
import os
import signal
import threading
from collections.abc import Callable, Sequence
from functools import cache

from ml.data.lakehouse import Lakehouse
from ml.data.object_store import storage_options
from ml.data.own_session import own_session
from ml.failures import StepError
from ml.monitoring.captured import CapturedSegments, FeedbackSegments
from ml.monitoring.collecting import Loop, status_server
from ml.monitoring.collector import Collected, Collector
from ml.monitoring.gathering import Gathering
from ml.monitoring.label_rows import label_rows
from ml.monitoring.metrics_table import MetricsTable, newest_week
from ml.monitoring.predictions import LabelsTable, PredictionsTable
from ml.monitoring.rows import table_rows
from ml.monitoring.watch_gauges import WatchGauges, watched_models
from ml.steps.clients import client
from ml.steps.logs import configure

SECONDS = 5.0
"""How long segments are gathered for one commit while more of them come in."""


def run(argv: Sequence[str]) -> int:
    """Collect from MODELYARD_LAKE; with --once, merge what is there and end."""
    parser = argparse.ArgumentParser(prog="ml collect", description=__doc__)
    parser.add_argument("--once", action="store_true", help="merge what is there, then end")
    once = parser.parse_args(argv).once
    configure()
    lake = os.environ.get("MODELYARD_LAKE", "").rstrip("/")
    if not lake.startswith("s3://"):
        raise StepError(f"MODELYARD_LAKE is {lake!r}; allowed: s3://bucket", exit_code=2)
    session = own_session()
    s3 = client("s3")
    answers, feedback = CapturedSegments(s3, lake), FeedbackSegments(s3, lake)

    def options() -> dict[str, str]:
        return storage_options(session)

    def gathering() -> Gathering | None:
        return None if once else Gathering(_seconds())

    def tables() -> list[str]:
        predictions = [f"predictions/{model}" for model in answers.models()]
        return [*predictions, *(f"labels/{model}" for model in feedback.models())]

    @cache
    def run_of(table: str) -> Callable[[], Collected]:
        """One collector for each table, so that the table is opened once."""
        kind, _, model = table.partition("/")
        if kind == "labels":
            labels = LabelsTable(f"{lake}/{table}", options)
            return Collector(model, feedback, labels, label_rows, gathering=gathering()).run
        predictions = PredictionsTable(f"{lake}/{table}", options)
        return Collector(model, answers, predictions, table_rows, gathering=gathering()).run

    def collect(table: str) -> Collected:
        return run_of(table)()

    if once:
        for table in tables():
            collect(table)
        return 0
    lakehouse = Lakehouse(lake, session)
    gauges = WatchGauges(
        lambda: watched_models(s3, lake),
        lambda model: newest_week(MetricsTable(lakehouse, model).read()),
    )
    loop = Loop(tables, collect, _seconds(), afterwards=gauges.refresh)
    loop.registry.register(gauges)
    return _serve(loop)


def _serve(loop: Loop) -> int:
    host, port = os.environ.get("POD_IP") or "127.0.0.1", _port()
    try:
        server = status_server(host, port, loop)
    except OSError as error:
        raise StepError(
            f"cannot listen on {host}:{port}: {error.strerror}; set POD_IP and MODELYARD_PORT"
        ) from None
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: loop.stop())
    threading.Thread(target=server.serve_forever, name="status", daemon=True).start()
    loop.run()
    server.shutdown()
    return 0


def _seconds() -> float:
    return _number("MODELYARD_COLLECT_SECONDS", SECONDS)


def _port() -> int:
    return int(_number("MODELYARD_PORT", 8080))


def _number(name: str, default: float) -> float:
    value = os.environ.get(name) or default
    try:
        return float(value)
    except ValueError:
        raise StepError(f"{name} is {value!r}; allowed: a number", exit_code=2) from None
