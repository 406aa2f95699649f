"""Story and report say the same of what versions that came by themselves were worth."""

import shutil
from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from deltalake import DeltaTable
from sklearn.linear_model import LogisticRegression

from ml.canonical import canonical, digest_of
from ml.data.lakehouse import Lakehouse
from ml.deployment.formats import dump_model
from ml.deployment.package import MANIFEST, Identity, seal
from ml.deployment.predictors import describe_inputs
from ml.deployment.signing import Signer
from ml.deployment.store import Folder, upload_package
from ml.monitoring.metrics_table import COLUMNS
from ml.spec import load_model
from modelyard.delivery.journey import Journey, Journeys, State
from modelyard.delivery.operations import Operations
from modelyard.delivery.retraining import journey_id
from modelyard.live import aftermath, watching
from modelyard.live.releases import ReleaseLines
from modelyard.live.watching import watched_weeks
from modelyard.place import Place
from modelyard.report.life.collect import life
from modelyard.report.life.facts import LifeFacts
from modelyard.report.reading import Reading
from modelyard.story.record import written
from tests.ml.monitoring.lake import FIRST, add_labels, answers_of
from tests.modelyard import world

MODELS = Path(__file__).parents[2] / "models"
DAYS = 17
"""Two weeks and three days: the last ones lie in a week that is not over."""
FIRST_ALARM, SECOND_ALARM = (FIRST + timedelta(days=number) for number in (5, 9))
INPUTS = {"temp": "number", "humid": "number"}
RULES = [{"name": "roc_auc over champion", "status": "failed", "low": -0.1, "high": 0.1}]


def packaged(place: Place, number: int, until: date, champion: str | None) -> str:
    """Register a version that has a small model of its own; returns its package's digest."""
    generator = np.random.default_rng(number)
    fitted = LogisticRegression().fit(
        pl.DataFrame(generator.normal(10, 2, (40, 2)), schema=[*INPUTS]),
        generator.integers(0, 2, 40),
    )
    run, kms = f"run{number}", place.client("kms")
    contents: dict[str, Any] = {
        "inputs.json": describe_inputs(INPUTS, "classification"),
        "lineage.json": {"rows": {"training_last_day": until.isoformat()}},
        "gate.json": {"rules": RULES, "champion": champion and {"digest": champion}},
    }
    sealed = seal(
        {name: canonical(part) for name, part in contents.items()}
        | {"model.skops": dump_model(fitted)},
        Identity(model=world.MODEL, run=run, environment="prod", git_sha="a", image_digest="b"),
        Signer(kms=kms, key_arn=place.platform.signing_key_arn),
    )
    uri = f"s3://{place.platform.artifacts_bucket}/packages/{world.MODEL}/{run}"
    upload_package(Folder.at(place.client("s3"), uri), sealed)
    digest = digest_of(sealed[MANIFEST])
    world.register(place, run, digest=digest)
    return digest


def retrain(place: Place, at: date, version: str, state: State) -> dict[str, Any]:
    """The decision that an alarm of that day starts a retraining, and its journey so far."""
    moment = datetime(at.year, at.month, at.day, 6, 1, tzinfo=UTC).isoformat()
    made = Journey(
        id=journey_id(world.MODEL, place.name, moment),
        model=world.MODEL,
        environment=place.name,
        requested_by="arn:aws:iam::333333333333:role/delivery",
        requested_at="2030-01-01T00:00:00Z",
        cause="alarm a",
        version=version,
        state=state,
    )
    Journeys.of(place).begin(made)
    return {"key": moment, "at": moment, "cause": "alarm a", "starts": True, "reason": "1 USD"}


def lake_of(folder: Path) -> Lakehouse:
    """Every day with its answers and outcomes, and the two whole weeks watched."""
    lake, spec = Lakehouse(str(folder)), load_model(MODELS / world.MODEL)
    made = [answers_of(spec, FIRST + timedelta(days=number), 40) for number in range(DAYS)]
    asked = pl.concat([each[0] for each in made])
    lake.append(f"predictions/{world.MODEL}", asked, app_id="p", app_version=1)
    add_labels(lake, spec, pl.concat([each[1] for each in made]), "l")
    weeks = [
        {
            **dict.fromkeys(COLUMNS),
            "week": FIRST + timedelta(weeks=number),
            "ended": datetime(2013, 7, 8, tzinfo=UTC) + timedelta(weeks=number),
            "rows": 280,
            "labelled": 280,
            "versions": "1",
            "signal": "label_rate",
            "figure": "",
            "baseline": "recent_production",
            "value": 0.2,
            "breach": number == 1,
            "kind": "alarm",
            "note": "",
        }
        for number in range(2)
    ]
    frame = pl.DataFrame(weeks, schema=dict(COLUMNS))
    lake.append(f"metrics/{world.MODEL}", frame, app_id="m", app_version=1)
    return lake


@pytest.fixture
def retrained(prod: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    """Version 1 is back after 2; 3 came by itself and went live, 4 failed its gate and stays."""
    shutil.copytree(MODELS / world.MODEL, prod.root / "models" / world.MODEL, dirs_exist_ok=True)
    lake = lake_of(tmp_path / "lake")
    for module in (watching, aftermath):
        monkeypatch.setattr(module, "delta", lambda place, name: DeltaTable(lake.uri(name)))
    day = timedelta(days=1)
    first = packaged(prod, 1, FIRST - 60 * day, None)
    packaged(prod, 2, FIRST - 30 * day, first)
    third = packaged(prod, 3, FIRST_ALARM - day, first)
    packaged(prod, 4, SECOND_ALARM - day, third)
    decided = [
        retrain(prod, FIRST_ALARM, "3", State.LIVE),
        retrain(prod, SECOND_ALARM, "4", State.AWAITING_WAIVER),
        {"key": "k", "at": "2013-07-11", "cause": "c", "starts": False, "reason": "cool-down"},
    ]
    Operations.of(prod).create(f"retrainings#{world.MODEL}", {"decided": decided})
    lines = ReleaseLines.of(prod)
    for number in ("1", "3"):
        lines.put(world.MODEL, {"version": number, "package": "", "digest": "", "image": ""})
    return prod


def reported(place: Place) -> LifeFacts:
    reading = Reading()
    found = life(place, world.MODEL, [], True, reading)
    assert found is not None
    assert reading.missing == []
    return found


def told(place: Place) -> tuple[dict[str, Any], list[str]]:
    """What the story writes down, and what it says of it."""
    said: list[str] = []
    weeks = watched_weeks(place, world.MODEL)
    return written(place, world.MODEL, weeks, said.append), said


def test_both_say_the_same_figures_of_the_live_version_and_of_the_kept_one(
    retrained: Place,
) -> None:
    record, said = told(retrained)
    shown = reported(retrained).after
    assert record["after"] == [asdict(each) for each in shown]
    assert said == [each.told for each in shown]
    assert [(each.version, each.before) for each in shown] == [("3", "1"), ("4", "3")]
    assert all(each.low < each.gain < each.high for each in shown)


def test_days_count_up_to_the_last_outcome_and_from_when_both_had_learned(
    retrained: Place,
) -> None:
    """Whole weeks end before the last outcome; the younger version of a pair says from when."""
    last = FIRST + timedelta(days=DAYS - 1)
    shown = reported(retrained).after
    spans = [(each.first_day, each.last_day) for each in shown]
    assert spans == [(str(FIRST_ALARM), str(last)), (str(SECOND_ALARM), str(last))]
    assert [(each.days, each.rows) for each in shown] == [(12, 480), (8, 320)]


def test_the_story_writes_down_every_week_and_every_decision_with_its_gate(
    retrained: Place,
) -> None:
    record, _ = told(retrained)
    assert [(each["monday"], each["rows"], each["broke"]) for each in record["weeks"]] == [
        ("2013-07-01", 280, []),
        ("2013-07-08", 280, ["label_rate"]),
    ]
    assert {each["coverage"] for each in record["weeks"]} == {1.0}
    assert [
        (each["starts"], each["version"], each["state"], each["gate"])
        for each in record["retrainings"]
    ] == [
        (True, "3", "live", RULES),
        (True, "4", "awaiting waiver", RULES),
        (False, "", "", []),
    ]
    assert record["retrainings"][2]["reason"] == "cool-down"
    assert record["rows"] == {"answers": 560, "outcomes": 560}
