"""A version that failed its gate waits for a waiver, one that passed for an approval or nobody."""

from dataclasses import replace
from datetime import date

import pytest

from modelyard.delivery import events, waivers, worker
from modelyard.delivery.journey import Journeys, State
from modelyard.errors import UsageError
from modelyard.place import Place
from modelyard.storage import write_json
from modelyard.versions import describe
from tests.modelyard import world
from tests.modelyard.world import RELEASE, Works, station

pytestmark = pytest.mark.slow


def test_a_failed_gate_waits_for_a_waiver_and_then_goes_live(prod: Place) -> None:
    works = Works(root=prod.root)
    arn = register(prod, works, gate="failed")
    journey = Journeys(station(prod, works).operations).of_package(arn)
    assert journey is not None
    assert journey.state is State.AWAITING_WAIVER
    assert "modelyard waive flight_delay --env prod --version 1" in journey.reason
    waive(prod, arn, expires="2030-02-01")
    tell(prod, works, "Waiver Granted", date(2030, 1, 15))
    journey = Journeys(station(prod, works).operations).of_package(arn)
    assert journey is not None
    assert journey.state is State.LIVE
    assert works.ledger[-1]["waived_by"].endswith("/grace")


def test_an_expired_waiver_lets_nothing_through(prod: Place) -> None:
    works = Works(root=prod.root)
    arn = register(prod, works, gate="failed")
    waive(prod, arn, expires="2030-02-01")
    tell(prod, works, "Waiver Granted", date(2030, 2, 2))
    journey = Journeys(station(prod, works).operations).of_package(arn)
    assert journey is not None
    assert journey.state is State.AWAITING_WAIVER


@pytest.mark.parametrize(
    ("reason", "expires", "said"),
    [
        (" ", "2030-02-01", "needs a reason"),
        ("r", "2029-12-31", "not within"),
        ("r", "2031-01-01", "not within"),
        ("r", "soon", "not a date"),
    ],
)
def test_a_waiver_needs_reason_and_near_end(
    prod: Place, reason: str, expires: str, said: str
) -> None:
    arn = world.register(prod, "r1", gate="failed")
    with pytest.raises(UsageError, match=said):
        waive(prod, arn, expires=expires, reason=reason)


def test_a_passed_retraining_waits_for_an_approval_unless_the_spec_says_gate(prod: Place) -> None:
    works = Works(root=prod.root)
    arn = register(prod, works, gate="passed")
    journey = Journeys(station(prod, works).operations).of_package(arn)
    assert journey is not None
    assert journey.state is State.AWAITING_APPROVAL
    free = Works(root=prod.root, rule="gate")
    arn = register(prod, free, gate="passed", run="r2")
    journey = Journeys(station(prod, free).operations).of_package(arn)
    assert journey is not None
    assert journey.state is State.LIVE


def register(place: Place, works: Works, *, gate: str, run: str = "r1") -> str:
    key = f"releases/{'a' * 64}.json"
    write_json(place.client("s3"), place.platform.artifacts_bucket, key, RELEASE)
    arn = world.register(place, run, gate=gate)
    world.registered(place, arn)
    worker.poll(station(place, works), wait_seconds=0)
    return arn


def waive(place: Place, arn: str, *, expires: str, reason: str = "season") -> None:
    grace = world.adopt_outputs(world.enter(place.root, "prod", "grace"))
    waivers.grant(
        grace,
        model=world.MODEL,
        version=describe(grace, arn),
        release=RELEASE,
        reason=reason,
        expires=expires,
        today=date(2030, 1, 10),
    )


def tell(place: Place, works: Works, kind: str, today: date) -> None:
    events.send(place, kind, {"model": world.MODEL, "version": "1"})
    worker.poll(replace(station(place, works), today=lambda: today), wait_seconds=0)
