"""Delivery that dies at any point goes on from there, and no work is seen twice."""

import pytest

from modelyard.delivery import travel, worker
from modelyard.delivery.attempting import attempt
from modelyard.delivery.events import Event
from modelyard.delivery.journey import Journeys, State
from modelyard.live.releases import ReleaseLines
from modelyard.place import Place
from modelyard.versions import describe, versions
from tests.modelyard import living, world
from tests.modelyard.promoting import promote
from tests.modelyard.world import Crash, Works, station

pytestmark = pytest.mark.slow


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
