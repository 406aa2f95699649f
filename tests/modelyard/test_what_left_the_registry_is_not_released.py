"""A version that was deleted, or that a newer one has overtaken, is released by nobody's word."""

import pytest
from moto.sagemaker.models import sagemaker_backends

from modelyard.delivery import events
from modelyard.delivery.journey import State
from modelyard.delivery.reconciling import Reconciler
from modelyard.errors import UsageError
from modelyard.place import Place
from modelyard.versions import versions
from tests.modelyard import living, world
from tests.modelyard.persons import GATES, answer, journey_of
from tests.modelyard.world import Works, station

pytestmark = pytest.mark.slow


def waiting(place: Place, works: Works, gate: str) -> str:
    """A second version that waits for a person; returns its ARN."""
    living.make_live(place)
    arn = world.register(place, "second", gate=gate)
    world.registered(place, arn)
    living.work_off(station(place, works))
    return arn


def delete(place: Place, arn: str) -> None:
    """What DeleteModelPackage does, which moto has not."""
    del sagemaker_backends[place.account][place.region].model_packages[arn]


@pytest.mark.parametrize("gate", GATES)
def test_nobody_can_answer_for_a_deleted_one(prod: Place, gate: str) -> None:
    delete(prod, waiting(prod, Works(root=prod.root), gate))
    with pytest.raises(UsageError, match='no version of flight_delay "2" in prod') as told:
        answer(prod, "grace", gate)
    assert told.value.remedy == "allowed: 1"


@pytest.mark.parametrize("gate", GATES)
def test_deleted_after_the_answer_it_is_refused_and_what_is_live_stays(
    prod: Place, gate: str
) -> None:
    works = Works(root=prod.root)
    arn = waiting(prod, works, gate)
    answer(prod, "grace", gate)
    delete(prod, arn)
    living.work_off(station(prod, works))
    journey = journey_of(prod, arn)
    assert journey.state is State.REFUSED
    assert "was deleted from the registry of prod" in journey.reason
    assert living.live_version(prod) == "1"
    assert "deploy" not in works.calls


def test_what_waits_for_an_answer_to_one_ends_and_others_are_still_found(prod: Place) -> None:
    works = Works(root=prod.root)
    arn = waiting(prod, works, "passed")
    other = world.register(prod, "unheard", gate="failed")
    delete(prod, arn)
    looking = Reconciler(station(prod, works))
    looking.look()
    looking.look()
    assert journey_of(prod, arn).state is State.REFUSED
    assert journey_of(prod, other).state is State.AWAITING_WAIVER


def deleting(place: Place, arn: str, behind: str) -> Works:
    """Engine and cluster behind one of whose works somebody deletes the version."""
    works = Works(root=place.root, rule="gate")
    did = works._did

    def did_and_deleted(what: str) -> None:
        did(what)
        if what == behind:
            delete(place, arn)

    works._did = did_and_deleted  # type: ignore[method-assign]
    return works


def test_deleted_on_its_way_it_leaves_the_version_before_live(prod: Place) -> None:
    living.make_live(prod)
    arn = world.register(prod, "second")
    works = deleting(prod, arn, "smoke")
    world.registered(prod, arn)
    living.work_off(station(prod, works))
    assert journey_of(prod, arn).state is State.FAILED
    assert living.live_version(prod) == works.served["prod"] == "1"
    assert "released" not in [entry["kind"] for entry in works.ledger]


def test_deleted_once_it_is_recorded_it_is_live(prod: Place) -> None:
    living.make_live(prod)
    arn = world.register(prod, "second")
    works = deleting(prod, arn, "record")
    world.registered(prod, arn)
    living.work_off(station(prod, works))
    assert journey_of(prod, arn).state is State.LIVE
    assert living.live_version(prod) == works.served["prod"] == "2"
    assert [entry["kind"] for entry in works.ledger] == ["released"]


@pytest.mark.parametrize("gate", GATES)
def test_a_word_for_a_version_that_was_overtaken_releases_nothing(prod: Place, gate: str) -> None:
    works = Works(root=prod.root)
    arn = waiting(prod, works, gate)
    third = world.register(prod, "third")
    world.registered(prod, third)
    free = Works(root=prod.root, rule="gate")
    living.work_off(station(prod, free))
    assert living.live_version(prod) == "3"
    answer(prod, "grace", gate)
    living.work_off(station(prod, works))
    assert journey_of(prod, arn).state is State.REFUSED
    assert "Version 3 is live already" in journey_of(prod, arn).reason
    assert living.live_version(prod) == "3"


def test_deleting_the_live_version_takes_nothing_down(prod: Place) -> None:
    works = Works(root=prod.root, rule="gate")
    first = living.make_live(prod)
    delete(prod, first.arn)
    assert versions(prod, world.MODEL) == []
    world.registered(prod, first.arn)
    living.send(prod, {"id": "x", "detail-type": events.REGISTERED, "detail": {}})
    living.work_off(station(prod, works))
    assert living.live_version(prod) == "1"
    assert works.calls == []
