"""A release that fails ends with its reason; the version before stays live, nobody is kept out."""

import pytest

from modelyard.delivery import worker
from modelyard.delivery.attempting import ATTEMPTS, attempt
from modelyard.delivery.events import Event
from modelyard.delivery.journey import Journey, Journeys, State
from modelyard.live.releases import ReleaseLines
from modelyard.place import Place
from modelyard.versions import PENDING, versions
from tests.modelyard import living, world
from tests.modelyard.promoting import promote
from tests.modelyard.world import Works, station
from tests.recovery import Recovery

pytestmark = pytest.mark.slow


def test_a_failed_smoke_test_takes_the_version_back(staging: Place) -> None:
    from modelyard.errors import RefusedError

    works = Works(root=staging.root)
    promote(staging, works, crash=False)
    works.fail = {"smoke": RefusedError("the endpoint answers nonsense")}
    arn = world.register(staging, "second")
    world.registered(staging, arn)
    worker.poll(station(staging, works), wait_seconds=0)
    live = ReleaseLines.of(staging).live(world.MODEL)
    assert live is not None
    assert live["version"] == "1"
    assert works.served["staging"] == "1"
    assert works.ledger[-1]["kind"] == "failed"
    assert "answers nonsense" in works.ledger[-1]["reason"]


def test_a_first_version_that_fails_leaves_no_version(staging: Place) -> None:
    from modelyard.errors import RefusedError

    works = Works(root=staging.root, fail={"smoke": RefusedError("no")})
    journey = promote(staging, works, crash=False)
    assert journey.state is State.FAILED
    assert ReleaseLines.of(staging).live(world.MODEL) is None


def test_training_that_failed_ends_the_promotion_and_frees_the_lock(staging: Place) -> None:
    works = Works(root=staging.root)
    seat = station(staging, works)
    Journeys(seat.operations).begin(living.requested(staging))
    worker.sweep(seat)
    works.training = "Failed"
    worker.sweep(seat)
    journey = Journeys(seat.operations).find("j1")
    assert journey is not None
    assert journey.state is State.FAILED
    assert "out of memory" in journey.reason
    assert seat.promotion_lock(world.MODEL).holder() is None


def told_five_times(place: Place, works: Works, arn: str) -> Journey:
    """One event, as often as the queue hands it out."""
    event = Event(
        id="x", kind="SageMaker Model Package State Change", detail={"ModelPackageArn": arn}
    )
    for number in range(ATTEMPTS):
        assert not attempt(event, station(place, works), number + 1)
    journey = Journeys(station(place, works).operations).of_package(arn)
    assert journey is not None
    return journey


def test_what_fails_five_times_is_given_up_and_said(staging: Place) -> None:
    works = Works(root=staging.root, fail={"deploy": ConnectionError("engine away")})
    journey = told_five_times(staging, works, world.register(staging, "r1"))
    assert journey.state is State.FAILED
    assert "dead letters" in journey.reason
    assert "engine away" in journey.reason


@pytest.mark.parametrize("step", ["deploy", "smoke", "load"])
def test_what_is_given_up_leaves_the_version_before_live(
    staging: Place, step: str, recovery: Recovery
) -> None:
    living.make_live(staging)
    works = Works(root=staging.root, fail={step: ConnectionError("away")})
    arn = world.register(staging, "second")
    journey = told_five_times(staging, works, arn)
    assert living.live_version(staging) == "1"
    assert versions(staging, world.MODEL)[0].status == PENDING
    said = "makes the version before" if step == "deploy" else "the version before is live again"
    assert said in journey.reason
    works.fail = {}
    with recovery.within(10, f"a release given up at {step}: the version before answers"):
        if step == "deploy":
            works._deploy(staging)
        assert works.served["staging"] == "1"


def test_what_cannot_be_told_to_the_ledger_stays_open_and_goes_live_when_it_can(
    staging: Place, recovery: Recovery
) -> None:
    living.make_live(staging)
    works = Works(root=staging.root, fail={"record": ConnectionError("away")})
    journey = told_five_times(staging, works, world.register(staging, "second"))
    # Not said to be released, so not released either, and not ended: nobody would know why.
    assert (journey.state, living.live_version(staging)) == (State.RELEASING, "1")
    works.fail, works.ledger = {}, []
    with recovery.within(10, "the ledger away for five attempts, once it is back"):
        worker.sweep(station(staging, works))
    assert living.live_version(staging) == works.served["staging"] == "2"
    assert [entry["kind"] for entry in works.ledger] == ["released"]


def test_one_journey_that_fails_holds_up_no_other(staging: Place) -> None:
    works = Works(root=staging.root)
    seat = station(staging, works)
    for id in ("a", "b", "c"):
        seat.journeys.begin(living.requested(staging, id))
    broken = living.requested(staging, "b", release={})
    seat.journeys.find("b")
    seat.journeys.save(broken)
    with pytest.raises(worker.StuckError, match="b: KeyError"):
        worker.sweep(seat)
    states = [seat.journeys.find(id) for id in ("a", "b", "c")]
    assert [each and each.state for each in states] == [
        State.TRAINING,
        State.REQUESTED,
        State.TRAINING,
    ]
