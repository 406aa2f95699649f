"""A life in the report is read from the lake, delivery and CloudWatch, never from memory."""

import shutil
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from botocore.exceptions import ClientError
from deltalake import DeltaTable

from ml.data.lakehouse import Lakehouse
from ml.monitoring.metrics_table import COLUMNS
from modelyard.delivery.journey import Journey, Journeys, State
from modelyard.delivery.operations import Operations
from modelyard.delivery.retraining import journey_id
from modelyard.live import aftermath, watching
from modelyard.place import Place
from modelyard.report.life.collect import life
from modelyard.report.life.facts import LifeFacts
from modelyard.report.reading import Reading
from tests.modelyard import world
from tests.modelyard.living import ring

MODELS = Path(__file__).parents[2] / "models"
WEEK = date(2013, 12, 2)
FIXED = {
    "week": WEEK,
    "ended": datetime(2013, 12, 9, tzinfo=UTC),
    "rows": 6500,
    "labelled": 6305,
    "versions": "1",
    "figure": "",
    "baseline": "recent_production",
    "note": "",
}


@pytest.fixture
def lived(prod: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    """Production after a week that broke; its tables on disk."""
    shutil.copytree(MODELS / world.MODEL, prod.root / "models" / world.MODEL, dirs_exist_ok=True)
    lake = Lakehouse(str(tmp_path / "lake"))
    row = {**FIXED, "signal": "label_rate", "value": 0.2, "breach": True, "kind": "alarm"}
    frame = pl.DataFrame([{**dict.fromkeys(COLUMNS), **row}], schema=dict(COLUMNS))
    lake.replace_where(f"metrics/{world.MODEL}", frame, column="week", value=str(WEEK))

    def on_disk(place: Place, name: str) -> DeltaTable | None:
        return DeltaTable(lake.uri(name)) if lake.version(name) is not None else None

    for module in (watching, aftermath):
        monkeypatch.setattr(module, "delta", on_disk)
    return prod


def collected(place: Place, reading: Reading, *, live: bool = True) -> LifeFacts:
    entries: list[dict[str, Any]] = [
        {"kind": "released", "model": world.MODEL, "version": "1"},
        {"kind": "requested", "model": world.MODEL, "version": "1"},
        {"kind": "released", "model": "diabetes", "version": "4"},
    ]
    found = life(place, world.MODEL, entries, live, reading)
    assert found is not None, reading.missing
    return found


def decide(place: Place, key: str) -> None:
    """Let delivery have started one retraining and held back another."""
    operations = Operations(place.client("dynamodb"), place.platform.operations_table)
    at = {"at": "2013-12-10T06:01:00+00:00", "cause": "alarm a"}
    decided = [
        {**at, "key": key, "starts": True, "reason": "1 USD"},
        {**at, "key": "other", "starts": False, "reason": "cool-down"},
    ]
    operations.create(f"retrainings#{world.MODEL}", {"decided": decided})
    made = Journey(
        id=journey_id(world.MODEL, place.name, key),
        model=world.MODEL,
        environment=place.name,
        requested_by="arn:aws:iam::333333333333:role/delivery",
        requested_at="2030-01-01T00:00:00Z",
        cause="alarm a",
        version="3",
        state=State.AWAITING_WAIVER,
        reason="auc is no better",
    )
    Journeys(operations).begin(made)


def test_weeks_come_from_the_lake_and_releases_from_the_ledger(lived: Place) -> None:
    reading = Reading()
    found = collected(lived, reading)
    assert reading.missing == []
    assert [week.week for week in found.broke] == ["2013-12-02"]
    assert [entry["version"] for entry in found.releases] == ["1"]
    assert (found.outcome, found.task, found.dated) == ("late", "classification", True)
    assert found.limits == {"mean_prediction": 0.02, "label_rate": 0.02, "performance": 0.02}
    assert (found.alarms, found.after) == ([], [])


def test_a_retraining_is_shown_with_what_its_journey_came_to(lived: Place) -> None:
    decide(lived, "k")
    started, skipped = collected(lived, Reading()).retrainings
    assert (started.version, started.state) == ("3", "awaiting waiver")
    assert started.outcome == "auc is no better"
    assert (skipped.starts, skipped.reason, skipped.version) == (False, "cool-down", "")


def test_alarms_that_nobody_may_read_are_named_and_the_weeks_are_there(
    lived: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(**_: object) -> None:
        raise ClientError({"Error": {"Code": "AccessDenied"}}, "DescribeAlarmHistory")

    cloudwatch = lived.client("cloudwatch")
    monkeypatch.setattr(cloudwatch, "describe_alarm_history", refuse)
    ring(lived)
    reading = Reading()
    found = collected(lived, reading)
    assert len(found.weeks) == 1
    assert found.alarms is None
    assert [line.split(":")[0] for line in reading.missing] == ["prod alarms of flight_delay"]


def test_a_model_that_is_neither_live_nor_watched_is_not_asked_for_its_spec(lived: Place) -> None:
    reading = Reading()
    assert life(lived, "diabetes", [], False, reading) is None
    assert reading.missing == []


def test_a_live_model_without_a_watched_week_is_no_gap(lived: Place) -> None:
    shutil.copytree(MODELS / "diabetes", lived.root / "models" / "diabetes", dirs_exist_ok=True)
    reading = Reading()
    found = life(lived, "diabetes", [], True, reading)
    assert found is not None
    assert (found.weeks, found.dated, reading.missing) == ([], False, [])
