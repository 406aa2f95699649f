"""`modelyard watch` shows each week as the metrics table has it, and what it led to."""

import json
import shutil
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from deltalake import DeltaTable

from ml.data.lakehouse import Lakehouse
from ml.monitoring.metrics_table import COLUMNS
from modelyard.app import main
from modelyard.delivery.operations import Operations
from modelyard.live import watching
from modelyard.place import Place
from tests.modelyard import world

WEEKS = (date(2013, 11, 25), date(2013, 12, 2))


@pytest.fixture
def watched(prod: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    """Production after two watched weeks, the second of which broke; its tables on disk."""
    lake = Lakehouse(str(tmp_path / "lake"))
    for week in WEEKS:
        lake.replace_where(f"metrics/{world.MODEL}", rows(week), column="week", value=str(week))

    def on_disk(place: Place, name: str) -> DeltaTable | None:
        return DeltaTable(lake.uri(name)) if lake.version(name) is not None else None

    monkeypatch.setattr(watching, "delta", on_disk)
    monkeypatch.setattr("modelyard.commands.watch.open_yard", lambda target: _Yard(prod))
    return prod


class _Yard:
    def __init__(self, place: Place) -> None:
        self._place = place

    def place(self, name: str) -> Place:
        return self._place


def rows(week: date) -> pl.DataFrame:
    broke = week == WEEKS[1]
    signals: list[dict[str, Any]] = [
        {"signal": "label_rate", "value": 0.217, "p": 0.001 if broke else 0.4, "breach": broke},
        {"signal": "mean_prediction", "value": 0.206, "p": 0.3},
        {"signal": "performance", "figure": "roc_auc", "value": 0.753, "p": None, "note": "few"},
    ]
    fixed = {
        "week": week,
        "ended": datetime(2013, 12, 9, tzinfo=UTC),
        "rows": 6500,
        "labelled": 6305,
        "versions": "2,1",
        "figure": "",
        "baseline": "recent_production",
        "breach": False,
        "kind": "alarm",
        "note": "",
    }
    made = [{**dict.fromkeys(COLUMNS), **fixed, **each} for each in signals]
    return pl.DataFrame(made, schema=dict(COLUMNS))


def told(capsys: pytest.CaptureFixture[str], *words: str, model: str = world.MODEL) -> str:
    with pytest.raises(SystemExit) as left:
        main(["watch", model, "--env", "prod", *words])
    assert left.value.code == 0
    return capsys.readouterr().out


def test_a_week_is_a_line_with_its_verdict(
    watched: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    shown = told(capsys)
    (calm,) = (line for line in shown.splitlines() if "2013-11-25" in line)
    (broken,) = (line for line in shown.splitlines() if "2013-12-02" in line)
    for figure in ("6,500", "97.0%", "0.217", "0.206", "0.753", "2, 1"):
        assert figure in broken
    assert "broke: label_rate" in broken
    assert "not judged: performance" in calm


def test_slices_have_numbers_and_no_dates(
    watched: Place, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = Path(__file__).resolve().parents[2] / "models" / "diabetes"
    shutil.copytree(folder, watched.root / "models" / "diabetes", dirs_exist_ok=True)
    third = date(1970, 1, 19)
    lake = Lakehouse(str(tmp_path / "lake"))
    lake.replace_where("metrics/diabetes", rows(third), column="week", value=str(third))
    shown = told(capsys, model="diabetes")
    assert "slice" in shown
    (line,) = (line for line in shown.splitlines() if "6,500" in line)
    assert line.split()[0] == "3"
    assert "1970" not in shown


def test_what_a_week_led_to_is_told_with_its_reason(
    watched: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    decided = [
        {"at": "2013-12-10T06:00:00+00:00", "cause": "alarm a", "starts": True, "reason": "1 USD"},
        {"at": "2013-12-10T07:00:00+00:00", "cause": "alarm b", "starts": False, "reason": "week"},
    ]
    operations = Operations(watched.client("dynamodb"), watched.platform.operations_table)
    operations.create(f"retrainings#{world.MODEL}", {"decided": decided})
    shown = told(capsys)
    assert "2013-12-10 alarm a: started; 1 USD" in shown
    assert "2013-12-10 alarm b: skipped; week" in shown


def test_programs_get_every_finding(watched: Place, capsys: pytest.CaptureFixture[str]) -> None:
    found = json.loads(told(capsys, "--json"))
    assert [week["broke"] for week in found["weeks"]] == [[], ["label_rate"]]
    assert len(found["weeks"][0]["findings"]) == 3
    assert found["weeks"][0]["coverage"] == pytest.approx(0.97)
    assert found["retrainings"] == []
