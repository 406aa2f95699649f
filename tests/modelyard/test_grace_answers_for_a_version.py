"""Grace answers for the second version as its gate asks: an approval, or a waiver with an end."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from modelyard.delivery import worker
from modelyard.delivery.history import log
from modelyard.delivery.journey import State
from modelyard.storage import write_json
from modelyard.story.agreement import WAIVED, agree, wait_for_release
from modelyard.story.teller import Teller
from tests.modelyard import world
from tests.modelyard.telling import Telling, telling

pytestmark = pytest.mark.slow


def waiting(told: Telling, gate: str) -> tuple[Teller, str]:
    """A version that waits in production; returns who tells the story, and its journey."""
    place, station = told.places["prod"], told.deliveries[-1]
    write_json(
        place.client("s3"),
        place.platform.artifacts_bucket,
        f"releases/{'a' * 64}.json",
        world.RELEASE,
    )
    arn = world.register(place, "r1", gate=gate)
    world.registered(place, arn)
    worker.poll(station, wait_seconds=0)
    journey = station.journeys.of_package(arn)
    assert journey is not None
    teller = told.teller()
    return teller, journey.id


@pytest.mark.parametrize("gate", ["failed", "passed"])
def test_her_word_is_in_the_ledger_once_and_the_version_goes_live(
    aws: Path, monkeypatch: pytest.MonkeyPatch, gate: str
) -> None:
    told = telling(aws, monkeypatch)
    teller, id = waiting(told, gate)
    waive = gate == "failed"
    parked = told.deliveries[-1].journeys.find(id)
    assert parked is not None
    assert parked.state is (State.AWAITING_WAIVER if waive else State.AWAITING_APPROVAL)
    # Twice: a run of the story that was cut off says it again.
    agree(teller, "1", waive=waive)
    agree(teller, "1", waive=waive)
    wait_for_release(teller, id)
    live = told.deliveries[-1].journeys.find(id)
    assert live is not None
    assert live.state is State.LIVE
    word, released = log(told.places["prod"])
    assert (word["kind"], released["kind"]) == ("waived" if waive else "approved", "released")
    assert word["actor"].endswith("/grace")
    assert word["version"] == "1"
    if waive:
        last = datetime.now(UTC).date() + timedelta(days=30)
        assert word["reason"] == released["reason"] == WAIVED
        assert word["details"]["expires"] == last.isoformat()
        assert released["details"]["waived_by"] == word["actor"]
        assert released["details"]["gate"] == "failed"
    else:
        assert released["details"]["approver"] == word["actor"]
