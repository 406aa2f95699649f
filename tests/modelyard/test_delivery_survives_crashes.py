"""Delivery that dies at any point goes on from there, and no work is seen twice."""

import pytest

from modelyard.delivery import travel, worker
from modelyard.delivery.attempting import ATTEMPTS, attempt
from modelyard.delivery.journey import Journey, Journeys, State
from modelyard.live.releases import ReleaseLines
from modelyard.place import Place
from modelyard.versions import versions
from tests.modelyard import world
from tests.modelyard.world import Crash, Works, station


def requested(place: Place, id: str = "j1") -> Journey:
    return Journey(
        id=id,
        model=world.MODEL,
        environment=place.name,
        requested_by=place.caller,
        requested_at="2030-01-01T00:00:00Z",
        release=world.RELEASE,
    )


def promote(place: Place, works: Works, *, crash: bool) -> Journey:
    """Send a promotion and its registration through the queue, restarting after a crash."""
    seat = station(place, works)
    Journeys(seat.operations).begin(requested(place))
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
    Journeys(seat.operations).begin(requested(staging))
    worker.sweep(seat)
    works.training = "Failed"
    worker.sweep(seat)
    journey = Journeys(seat.operations).find("j1")
    assert journey is not None
    assert journey.state is State.FAILED
    assert "out of memory" in journey.reason
    assert seat.promotion_lock(world.MODEL).holder() is None


def test_what_fails_five_times_is_given_up_and_said(staging: Place) -> None:
    works = Works(root=staging.root, fail={"deploy": ConnectionError("engine away")})
    seat = station(staging, works)
    arn = world.register(staging, "r1")
    world.registered(staging, arn)
    for number in range(ATTEMPTS):
        sqs = staging.client("sqs")
        worker.poll(seat, wait_seconds=0)
        # The waiting between attempts is the queue's; here it is over at once.
        from modelyard.delivery.events import Event

        if number < ATTEMPTS - 1:
            event = Event(
                id="x",
                kind="SageMaker Model Package State Change",
                detail={"ModelPackageArn": arn},
            )
            assert not attempt(event, station(staging, works), number + 1)
    event = Event(
        id="x", kind="SageMaker Model Package State Change", detail={"ModelPackageArn": arn}
    )
    attempt(event, station(staging, works), ATTEMPTS)
    journey = Journeys(seat.operations).of_package(arn)
    assert journey is not None
    assert journey.state is State.FAILED
    assert "dead letters" in journey.reason
    assert "engine away" in journey.reason
    del sqs
