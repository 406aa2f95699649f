"""What somebody rejected in the registry is not approved, waived, released or gone back to."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from modelyard.delivery import approvals, worker
from modelyard.delivery.history import log
from modelyard.delivery.journey import State
from modelyard.delivery.reconciling import Reconciler
from modelyard.delivery.station import Station
from modelyard.errors import RefusedError
from modelyard.live.releases import ReleaseLines
from modelyard.place import Place
from modelyard.versions import APPROVED, REJECTED, describe
from tests.modelyard import living, sealed, world
from tests.modelyard.persons import GATES, answer, back, journey_of
from tests.modelyard.world import Crash, Works, station

pytestmark = pytest.mark.slow

WHY = "trained on the wrong year"


def mark(place: Place, arn: str, status: str) -> None:
    """What a person does in the registry's own console."""
    place.client("sagemaker").update_model_package(
        ModelPackageArn=arn,
        ModelApprovalStatus=status,
        ApprovalDescription=WHY,
        CustomerMetadataProperties=describe(place, arn).facts,
    )


def waiting(place: Place, works: Works, gate: str) -> str:
    """A second version that waits for a person; returns its ARN."""
    living.make_live(place)
    arn = world.register(place, "second", gate=gate)
    world.registered(place, arn)
    living.work_off(station(place, works))
    return arn


@pytest.mark.parametrize("gate", GATES)
def test_nobody_can_answer_for_it_and_the_error_says_what_anyone_can_do(
    prod: Place, gate: str
) -> None:
    arn = waiting(prod, Works(root=prod.root), gate)
    mark(prod, arn, REJECTED)
    with pytest.raises(RefusedError, match=rf"Version 2 .* was rejected .*\({WHY}\)") as refused:
        answer(prod, "grace", gate)
    assert "modelyard retrain flight_delay --env prod" in refused.value.remedy
    assert approvals.given(prod, world.MODEL, world.IMAGE, "2") == []
    assert log(prod) == []


@pytest.mark.parametrize("gate", GATES)
def test_a_word_given_before_releases_nothing_any_more(prod: Place, gate: str) -> None:
    works = Works(root=prod.root)
    arn = waiting(prod, works, gate)
    answer(prod, "grace", gate)
    mark(prod, arn, REJECTED)
    living.work_off(station(prod, works))
    journey = journey_of(prod, arn)
    assert journey.state is State.REFUSED
    assert WHY in journey.reason
    assert describe(prod, arn).status == REJECTED
    assert living.live_version(prod) == "1"
    assert "deploy" not in works.calls


def test_it_waits_for_nobody_once_its_rejection_is_heard(prod: Place) -> None:
    works = Works(root=prod.root)
    arn = waiting(prod, works, "failed")
    mark(prod, arn, REJECTED)
    world.registered(prod, arn)
    living.work_off(station(prod, works))
    assert journey_of(prod, arn).state is State.REFUSED
    assert station(prod, works).journeys.open() == []
    assert [entry["kind"] for entry in works.ledger] == ["refused"]


def test_a_rejection_whose_event_was_lost_is_found(prod: Place) -> None:
    works = Works(root=prod.root)
    arn = waiting(prod, works, "passed")
    mark(prod, arn, REJECTED)
    looking = Reconciler(station(prod, works))
    looking.look()
    looking.look()
    assert journey_of(prod, arn).state is State.REFUSED


def test_a_promotion_whose_version_is_rejected_before_delivery_hears_of_it_ends(
    staging: Place,
) -> None:
    works = Works(root=staging.root)
    seat = station(staging, works)
    seat.journeys.begin(living.requested(staging))
    worker.sweep(seat)
    arn = world.register(staging, "j1")
    mark(staging, arn, REJECTED)
    world.registered(staging, arn)
    living.work_off(seat)
    assert journey_of(staging, arn).state is State.REFUSED
    assert seat.promotion_lock(world.MODEL).holder() is None


def rejecting(place: Place, works: Works, arn: str, step: str) -> Station:
    """Delivery in whose way somebody rejects the version right before a step."""

    def report(message: str) -> None:
        if message.endswith(f": {step}"):
            mark(place, arn, REJECTED)

    return replace(station(place, works), report=report)


@pytest.mark.parametrize("step", ["line", "smoke", "evidence"])
def test_rejected_on_its_way_it_leaves_the_version_before_live(prod: Place, step: str) -> None:
    works = Works(root=prod.root, rule="gate")
    works.served["prod"] = "1"
    living.make_live(prod)
    arn = world.register(prod, "second")
    world.registered(prod, arn)
    living.work_off(rejecting(prod, works, arn, step))
    journey = journey_of(prod, arn)
    assert journey.state is (State.REFUSED if step == "line" else State.FAILED)
    assert WHY in journey.reason
    assert living.live_version(prod) == works.served["prod"] == "1"
    assert describe(prod, arn).status == REJECTED
    assert "released" not in [entry["kind"] for entry in works.ledger]


def test_rejected_once_it_is_recorded_it_is_live_and_stays_rejected(prod: Place) -> None:
    works = Works(root=prod.root, rule="gate")
    living.make_live(prod)
    arn = world.register(prod, "second")
    world.registered(prod, arn)
    living.work_off(rejecting(prod, works, arn, "approve"))
    assert journey_of(prod, arn).state is State.LIVE
    assert living.live_version(prod) == "2"
    assert describe(prod, arn).status == REJECTED


def test_rejected_while_delivery_lay_dead_behind_its_line_it_is_taken_back(
    prod: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    works = Works(root=prod.root, rule="gate")
    living.make_live(prod)
    arn = world.register(prod, "second")
    world.registered(prod, arn)
    put: Callable[..., None] = ReleaseLines.put

    def die(*words: Any, **named: Any) -> None:
        put(*words, **named)
        raise Crash("between the line and its note")

    with monkeypatch.context() as patch:
        patch.setattr(ReleaseLines, "put", die)
        with pytest.raises(Crash):
            living.work_off(station(prod, works))
    assert living.live_version(prod) == "2"
    mark(prod, arn, REJECTED)
    worker.sweep(station(prod, works))
    assert journey_of(prod, arn).state is State.FAILED
    assert living.live_version(prod) == works.served["prod"] == "1"


def test_it_is_no_way_back_until_the_rejection_is_taken_back(prod: Place) -> None:
    first, second = (sealed.version(prod, run, {"card.md": b"#"}) for run in ("r1", "r2"))
    lines = ReleaseLines.of(prod)
    for each in (first, second):
        lines.put(world.MODEL, each.line)
    mark(prod, first.arn, REJECTED)
    with pytest.raises(RefusedError, match=rf"Version 1 .* no way back in prod.*{WHY}") as told:
        back(prod)
    assert "modelyard retrain flight_delay --env prod" in told.value.remedy
    assert "take the rejection back" in told.value.remedy
    assert living.live_version(prod) == "2"
    assert log(prod) == []
    mark(prod, first.arn, APPROVED)
    assert back(prod).to_version == "1"
