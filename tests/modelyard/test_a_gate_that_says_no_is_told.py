"""A first version whose gate said no ends the story with the rules it broke and both ways out."""

from pathlib import Path

import pytest

from modelyard.delivery import worker
from modelyard.errors import RefusedError
from modelyard.place import Place
from modelyard.storage import write_json
from modelyard.story.verdict import require_passed
from tests.modelyard import world
from tests.modelyard.telling import telling

pytestmark = pytest.mark.slow

RULES = [
    {"name": "roc_auc", "status": "failed", "text": "0.51 where at least 0.55 is asked for"},
    {"name": "latency", "status": "passed", "text": "4 ms"},
    {"name": "evidence", "status": "insufficient", "text": "90 rows of 625"},
]


def package(place: Place, run: str) -> None:
    """What the package step leaves of the gate."""
    bucket = place.platform.artifacts_bucket
    write_json(
        place.client("s3"), bucket, f"packages/{world.MODEL}/{run}/gate.json", {"rules": RULES}
    )


def test_the_rules_are_told_with_what_was_measured(
    aws: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = telling(aws, monkeypatch)
    place, station = told.places["dev"], told.deliveries[0]
    arn = world.register(place, "r1", gate="failed")
    package(place, "r1")
    world.registered(place, arn)
    worker.poll(station, wait_seconds=0)
    journey = station.journeys.of_package(arn)
    assert journey is not None
    with pytest.raises(RefusedError) as refused:
        require_passed(place, journey)
    assert refused.value.message == (
        "Version 1 of flight_delay did not pass its gate in dev: "
        "roc_auc: 0.51 where at least 0.55 is asked for; evidence: 90 rows of 625"
    )
    for way in ("mend models/flight_delay", "modelyard waive flight_delay --env dev", "make up"):
        assert way in refused.value.remedy


def test_one_that_went_live_is_handed_on(aws: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told = telling(aws, monkeypatch)
    place, station = told.places["dev"], told.deliveries[0]
    arn = world.register(place, "r1")
    world.registered(place, arn)
    worker.poll(station, wait_seconds=0)
    journey = station.journeys.of_package(arn)
    assert journey is not None
    assert require_passed(place, journey) is journey
