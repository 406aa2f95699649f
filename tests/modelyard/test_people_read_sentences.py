"""What the story and `trace` say is for people: no document of the program, nothing thrice."""

from types import SimpleNamespace
from typing import Any

import pytest

from modelyard.live.endpoint import Health
from modelyard.place import Place
from modelyard.story import ground, production
from modelyard.story.sentences import standing
from modelyard.target import Target, Yard
from tests.modelyard.keyboard import type_
from tests.modelyard.stand_ins import LandedFlights

FOUND: dict[str, Any] = {
    "prediction": {"prediction_id": "p7"},
    "model": "flight_delay",
    "environment": "prod",
    "version": "1",
    "gate": "passed",
    "run": "r42",
    "git_sha": "0123456789abcdef0123456789abcdef01234567",
    "image_digest": "sha256:" + "a" * 64,
    "package_digest": "sha256:" + "b" * 64,
    "package_uri": "s3://artifacts/p/",
    "tables": [
        {"name": "curated/flights", "uri": "s3://lake/curated/flights", "version": 7},
        {"name": "curated/weather", "uri": "s3://lake/curated/weather", "version": 3},
    ],
    "window": {"start": "2013-01-01", "end": None, "holdout_start": "2013-04-01"},
    "lineage": {"tables": []},
}


def test_each_model_that_stands_is_named_once() -> None:
    told = standing(
        {
            "churn": {"dev": "", "staging": "", "prod": ""},
            "diabetes": {"dev": "", "staging": "", "prod": ""},
            "flight_delay": {"dev": "1", "staging": "1", "prod": "2"},
            "fares": {"dev": "4", "staging": "", "prod": ""},
        }
    )
    assert told == (
        "flight_delay: version 1 in dev and staging, version 2 in prod; "
        "fares: version 4 in dev, none in staging and prod; no version yet of churn, diabetes"
    )


def test_the_story_says_so_of_the_environments(monkeypatch: pytest.MonkeyPatch) -> None:
    health = Health(ready=False, status=503, detail="no version released yet")
    monkeypatch.setattr(ground, "knows", lambda place, model: True)
    monkeypatch.setattr(
        ground, "endpoint", lambda place, model: SimpleNamespace(health=lambda: health)
    )
    lines = SimpleNamespace(live=lambda model: None)
    monkeypatch.setattr(ground.ReleaseLines, "of", lambda place: lines)
    place = SimpleNamespace(releases=SimpleNamespace(endpoints={"churn": 1, "diabetes": 2}))
    teller: Any = SimpleNamespace(
        yard=SimpleNamespace(names=["dev", "staging", "prod"]),
        place=lambda name: place,
        model="churn",
    )
    stage = next(each for each in ground.stages(teller) if each.name == "environments")
    assert stage.is_true() == "no version yet of churn, diabetes"


def test_the_story_s_trace_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    monkeypatch.setattr(
        production, "roll_back", lambda *_: SimpleNamespace(from_version="2", to_version="1")
    )
    monkeypatch.setattr(production, "trace", lambda place, asked: dict(FOUND))
    teller: Any = SimpleNamespace(
        place=lambda name: None,
        model="flight_delay",
        report=said.append,
        subject=LandedFlights(),
        traffic=SimpleNamespace(running=True, last_id="p7"),
    )
    stage = next(each for each in production.stages(teller) if each.name == "back")
    assert stage.make()["trace"]["run"] == "r42"
    assert said == [
        "prediction p7 leads to version 1, run r42, commit 0123456789ab, image aaaaaaaaaaaa, "
        "curated/flights version 7, curated/weather version 3"
    ]


@pytest.mark.slow
def test_trace_prints_a_line_for_each_table(
    prod: Place, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = Yard(root=prod.root, target=Target.SANDBOX)
    monkeypatch.setattr(Yard, "place", lambda self, name: prod)
    monkeypatch.setattr("modelyard.commands.audit.open_yard", lambda target: opened)
    monkeypatch.setattr("modelyard.live.trace.trace", lambda place, asked: dict(FOUND))
    shown = {
        line[:23].strip(): line[23:].strip()
        for line in type_(capsys, "trace", "p7").out.splitlines()
    }
    assert shown["table curated/flights"] == "version 7 of s3://lake/curated/flights"
    assert shown["window"] == "2013-01-01 to the last, holdout from 2013-04-01"
    assert not any("{" in each or "[" in each for each in shown.values())
