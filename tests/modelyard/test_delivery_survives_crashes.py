"""Delivery that dies at any point goes on from there, and no work is seen twice."""

import pytest

from modelyard.delivery import travel, worker
from modelyard.delivery.attempting import ATTEMPTS, attempt
from modelyard.delivery.events import Event
from modelyard.delivery.journey import Journey, Journeys, State
from modelyard.live.releases import ReleaseLines
from modelyard.place import Place
from modelyard.versions import PENDING, describe, versions
from tests.modelyard import living, world
from tests.modelyard.world import Crash, Works, station
from tests.recovery import Recovery

pytestmark = pytest.mark.slow


def promote(place: Place, works: Works, *, crash: bool) -> Journey:
    """Send a promotion and its registration through the queue, restarting after a crash."""
    seat = station(place, works)
    Journeys(seat.operations).begin(living.requested(place))
    arn = ""
    crashes = 0
    for _ in range(12):
        try:
            seat = station(place, works)
            worker.sweep(seat)
            journey = Journeys(seat.operations).find("j1")
            assert journey is not None
            if journey.state is State.TRAINING and not arn:
                arn = world.register(place, journey.run)
                world.registered(place, arn)
            worker.poll(seat, wait_seconds=0)
        except Crash:
            crashes += 1
    assert crashes == (1 if crash else 0)
    found = Journeys(station(place, works).operations).find("j1")
    assert found is not None
    return found


def test_a_promotion_goes_all_the_way(staging: Place) -> None:
    works = Works(root=staging.root)
    journey = promote(staging, works, crash=False)
    assert journey.state is State.LIVE
    assert works.calls == ["copy", "train", "deploy", "smoke", "load", "record"]
    assert works.served["staging"] == "1"
    assert [*journey.done] == [
        name for name, _ in (*travel.BEFORE_TRAINING, *travel.AFTER_REGISTRATION)
    ]


@pytest.mark.parametrize("point", range(6))
def test_a_crash_at_any_point_changes_nothing_about_the_end(staging: Place, point: int) -> None:
    works = Works(root=staging.root, crash_at=point)
    journey = promote(staging, works, crash=True)
    assert journey.state is State.LIVE
    assert works.served["staging"] == "1"
    assert len(works.ledger) == 1
    lines = ReleaseLines.of(staging)
    live = lines.live(world.MODEL)
    assert live is not None
    assert live["version"] == "1"
    assert lines.history(world.MODEL) == []
    # The one step that was cut off is done again, and only that one.
    assert len(works.calls) == 7
    assert works.calls.count(works.calls[point]) == 2


def test_the_same_event_twice_is_one_release(staging: Place) -> None:
    works = Works(root=staging.root)
    promote(staging, works, crash=False)
    before = list(works.calls)
    world.registered(staging, versions(staging, world.MODEL)[0].arn)
    worker.poll(station(staging, works), wait_seconds=0)
    assert works.calls == before
    assert len(works.ledger) == 1


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


def test_killed_while_it_begins_to_wait_for_a_person_it_keeps_nobody_out(
    prod: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    living.make_live(prod)
    works = Works(root=prod.root)
    world.registered(prod, world.register(prod, "second"))
    seat = station(prod, works)
    lock = seat.promotion_lock(world.MODEL)

    def die(*_: object) -> None:
        raise Crash("between the state and the lock")

    with monkeypatch.context() as patch:
        patch.setattr(travel, "let_others", die)
        with pytest.raises(Crash):
            living.work_off(seat)
    (journey,) = seat.journeys.open()
    lock.take(journey.id, person="delivery", purpose="a step before")
    assert journey.state is State.AWAITING_APPROVAL
    worker.sweep(station(prod, works))
    assert lock.holder() is None


def test_a_version_that_was_overtaken_while_delivery_was_dead_does_not_go_live(
    staging: Place,
) -> None:
    living.make_live(staging)
    works = Works(root=staging.root)
    arn = world.register(staging, "second")
    works.crash_at = 0  # right after the line is written and the engine has run
    event = Event(
        id="x", kind="SageMaker Model Package State Change", detail={"ModelPackageArn": arn}
    )
    with pytest.raises(Crash):
        attempt(event, station(staging, works), 1)
    journeys = Journeys(station(staging, works).operations)
    cut = journeys.of_package(arn)
    assert cut is not None
    # As a crash before the line would have left it, and another version going live since.
    journeys.save(cut.model_copy(update={"done": {"judge": cut.done["judge"]}}))
    third = describe(staging, world.register(staging, "third"))
    ReleaseLines.of(staging).put(world.MODEL, third.line)
    worker.sweep(station(staging, works))
    found = journeys.of_package(arn)
    assert found is not None
    assert (found.state, living.live_version(staging)) == (State.REFUSED, "3")
