"""A release that waits for a waiver is refused with its version and with the way on."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from modelyard.delivery import waivers, worker
from modelyard.delivery.events import WAIVER, send
from modelyard.errors import RefusedError
from modelyard.live.promotion import request_promotion
from modelyard.versions import version
from tests.modelyard import world
from tests.modelyard.telling import Telling, telling

pytestmark = pytest.mark.slow

OTHER = {**world.RELEASE, "image_digest": "sha256:" + "b" * 64}


@pytest.fixture
def parked(aws: Path, monkeypatch: pytest.MonkeyPatch) -> Telling:
    """Development, where two versions of one release wait since their gates said no."""
    told = telling(aws, monkeypatch)
    for run in ("r1", "r2"):
        registered(told, run)
    return told


def registered(told: Telling, run: str) -> None:
    dev = told.places["dev"]
    world.registered(dev, world.register(dev, run, gate="failed"))
    worker.poll(told.deliveries[0], wait_seconds=0)


def refusal(told: Telling, release: dict[str, object]) -> RefusedError:
    with pytest.raises(RefusedError) as refused:
        request_promotion(told.teller().yard, world.MODEL, "staging", release, {})
    return refused.value


def test_the_newest_of_its_versions_is_named_with_its_waiver(parked: Telling) -> None:
    told = refusal(parked, world.RELEASE)
    assert told.message.startswith("Version 2 of flight_delay")
    assert "awaiting waiver in dev: its gate says failed" in told.message
    assert "modelyard waive flight_delay --env dev --version 2 --reason" in told.remedy
    assert "modelyard train" not in told.remedy


def test_another_release_is_told_where_to_begin(parked: Telling) -> None:
    told = refusal(parked, OTHER)
    assert "has no evidence from dev" in told.message
    assert "modelyard train flight_delay --env dev" in told.remedy


def test_that_way_leads_on(parked: Telling) -> None:
    grace = parked.teller().grace("dev")
    today = datetime.now(UTC).date()
    waivers.grant(
        grace,
        model=world.MODEL,
        version=version(grace, world.MODEL, "2"),
        release=world.RELEASE,
        reason="shown",
        expires=today.isoformat(),
        today=today,
    )
    send(grace, WAIVER, {"model": world.MODEL, "version": "2"})
    worker.poll(parked.deliveries[0], wait_seconds=0)
    journey = request_promotion(parked.teller().yard, world.MODEL, "staging", world.RELEASE, {})
    assert journey.environment == "staging"
