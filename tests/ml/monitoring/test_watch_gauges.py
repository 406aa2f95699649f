"""Prometheus sees the newest watched week of every model, and never an error instead of it."""

from __future__ import annotations

from datetime import UTC, date, datetime

import polars as pl
import pytest
from prometheus_client import CollectorRegistry, generate_latest

from ml.monitoring.metrics_table import COLUMNS, newest_week
from ml.monitoring.watch_gauges import WatchGauges


def row(week: date, signal: str, baseline: str, value: float, **more: object) -> dict[str, object]:
    known = {"week": week, "signal": signal, "figure": "", "baseline": baseline, "value": value}
    return {**dict.fromkeys(COLUMNS), "breach": False, "kind": "context", **known, **more}


ROWS = pl.DataFrame(
    [
        row(date(2013, 11, 25), "label_rate", "recent_production", 0.1, kind="alarm"),
        row(date(2013, 12, 2), "label_rate", "recent_production", 0.2, kind="alarm", breach=True),
        row(date(2013, 12, 2), "label_coverage", "none", 0.97),
    ],
    schema=dict(COLUMNS),
)


class Lake:
    """Models and their tables, of which some cannot be read."""

    def __init__(self, **tables: pl.DataFrame) -> None:
        self.tables = tables
        self.broken: set[str] = set()
        self.now = 0.0
        self.reads = 0

    def models(self) -> list[str]:
        if "list" in self.broken:
            raise PermissionError("no")
        return sorted(self.tables)

    def newest(self, model: str) -> pl.DataFrame:
        self.reads += 1
        if model in self.broken:
            raise ConnectionError("away")
        return newest_week(self.tables[model])

    def gauges(self) -> tuple[WatchGauges, CollectorRegistry]:
        made = WatchGauges(self.models, self.newest, clock=lambda: self.now)
        registry = CollectorRegistry()
        registry.register(made)
        return made, registry


def page(registry: CollectorRegistry) -> str:
    return generate_latest(registry).decode()


def test_the_newest_week_is_shown_with_its_verdict() -> None:
    gauges, registry = Lake(flight_delay=ROWS).gauges()
    gauges.refresh()
    shown = page(registry)
    key = '{baseline="recent_production",figure="",model="flight_delay",signal="label_rate"}'
    assert f"modelyard_watch_value{key} 0.2" in shown
    assert f"modelyard_watch_breach{key} 1.0" in shown
    assert 'modelyard_label_coverage{model="flight_delay"} 0.97' in shown
    week = datetime(2013, 12, 2, tzinfo=UTC).timestamp()
    assert registry.get_sample_value("modelyard_watch_week", {"model": "flight_delay"}) == week
    assert shown.count("modelyard_watch_breach{") == 1


@pytest.mark.parametrize("tables", [{}, {"new": pl.DataFrame(schema=dict(COLUMNS))}])
def test_what_is_not_there_yet_is_not_shown(tables: dict[str, pl.DataFrame]) -> None:
    gauges, registry = Lake(**tables).gauges()
    assert "modelyard_watch_value{" not in page(registry)
    gauges.refresh()
    assert "modelyard_watch_value{" not in page(registry)


def test_it_looks_once_a_minute() -> None:
    lake = Lake(flight_delay=ROWS)
    gauges, _ = lake.gauges()
    for second in (0, 5, 59, 60, 61, 119):
        lake.now = float(second)
        gauges.refresh()
    assert lake.reads == 2


def test_a_table_that_cannot_be_read_leaves_what_was_known() -> None:
    lake = Lake(a=ROWS, b=ROWS)
    gauges, registry = lake.gauges()
    gauges.refresh()
    for broken in ("a", "list"):
        lake.broken.add(broken)
        lake.now += 60
        gauges.refresh()
        assert 'modelyard_label_coverage{model="a"} 0.97' in page(registry)
        assert 'modelyard_label_coverage{model="b"} 0.97' in page(registry)
