"""Whoever starts a training by hand asked for its version, and is not the one to agree to it."""

import pytest

from modelyard.delivery import approvals, events, waivers
from modelyard.delivery.journey import State
from modelyard.delivery.requesters import requester_of
from modelyard.errors import RefusedError
from modelyard.live import retraining
from modelyard.live.training import start_training
from modelyard.place import Place, person
from modelyard.versions import describe
from tests.modelyard import living, world
from tests.modelyard.persons import GATES, answer, journey_of, seat
from tests.modelyard.world import Crash, Works, station

pytestmark = pytest.mark.slow


@pytest.fixture
def live(prod: Place) -> Place:
    """Production with its pipelines and a first version, of a release that ada built."""
    living.make_live(prod)
    world.make_pipelines(prod)
    return prod


def train(place: Place, who: str) -> str:
    """Type `modelyard retrain`; returns the run, which moto ends at once."""
    started = retraining.train_now(
        seat(place, who), world.MODEL, world.RELEASE, lambda message: None, wait=False
    )
    return str(started["run"])


def register(place: Place, run: str, gate: str, *, trained_by: str = "") -> str:
    """Do what the pipeline's last step does, and let delivery hear of it."""
    arn = world.register(place, run, gate=gate, trained_by=trained_by)
    world.registered(place, arn)
    living.work_off(station(place, Works(root=place.root)))
    return arn


@pytest.mark.parametrize("gate", GATES)
def test_who_retrained_is_refused_and_another_is_accepted(live: Place, gate: str) -> None:
    works = Works(root=live.root)
    arn = register(live, train(live, "grace"), gate)
    with pytest.raises(RefusedError, match="grace is who requested the version's training"):
        answer(live, "grace", gate)
    assert approvals.given(live, world.MODEL, world.IMAGE, "2") == []
    answer(live, "linus", gate)
    living.work_off(station(live, works))
    assert journey_of(live, arn).state is State.LIVE
    released = works.ledger[-1]
    assert person(released["actor"]) == "grace"
    assert person(released["approver" if gate == "passed" else "waived_by"]) == "linus"


def test_also_before_delivery_has_taken_the_version_up(live: Place) -> None:
    world.register(live, train(live, "grace"))
    with pytest.raises(RefusedError, match="grace is who requested"):
        answer(live, "grace", "passed")


def test_what_is_signed_past_the_command_is_refused_by_delivery(live: Place) -> None:
    arn = register(live, train(live, "grace"), "passed")
    grace = seat(live, "grace")
    approvals.approve(grace, model=world.MODEL, release=world.RELEASE, evidence={}, version="2")
    events.send(grace, events.APPROVAL, {"model": world.MODEL, "version": "2"})
    living.work_off(station(live, Works(root=live.root)))
    journey = journey_of(live, arn)
    assert journey.state is State.REFUSED
    assert "grace is who requested" in journey.reason
    assert living.live_version(live) == "1"


def test_so_is_a_waiver(live: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    arn = register(live, train(live, "grace"), "failed")
    with monkeypatch.context() as patch:
        patch.setattr(waivers, "refuse_owner", lambda *_: None)
        answer(live, "grace", "failed")
    living.work_off(station(live, Works(root=live.root)))
    journey = journey_of(live, arn)
    assert journey.state is State.REFUSED
    assert "grace is who requested" in journey.reason
    assert living.live_version(live) == "1"


def test_a_command_that_dies_right_behind_the_start_has_told_who_it_was(
    live: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(*_: object) -> None:
        raise Crash("before anything was written down")

    with monkeypatch.context() as patch:
        patch.setattr(retraining, "append_once", die)
        with pytest.raises(Crash):
            train(live, "grace")
    (run,) = live.client("sagemaker").list_pipeline_executions(
        PipelineName="flight-delay-training"
    )["PipelineExecutionSummaries"]
    arn = register(live, run["PipelineExecutionArn"].rsplit("/", 1)[-1], "passed")
    assert person(journey_of(live, arn).requested_by) == "grace"


def test_what_the_pipeline_registers_names_nobody_else(live: Place) -> None:
    other = "arn:aws:sts::333333333333:assumed-role/platform-engineer/linus"
    arn = register(live, train(live, "grace"), "passed", trained_by=other)
    assert person(journey_of(live, arn).requested_by) == "grace"


def test_a_version_that_comes_after_its_promotion_has_ended_is_still_the_promoters(
    live: Place,
) -> None:
    # Started by delivery, for the one who asked; the journey itself has been given up since.
    grace = seat(live, "grace").caller
    delivery = seat(live, "delivery")
    execution = start_training(delivery, world.MODEL, world.RELEASE, name="j1", requested_by=grace)
    arn = register(live, execution.rsplit("/", 1)[-1], "passed")
    assert journey_of(live, arn).requested_by == grace


def test_a_run_that_names_nobody_is_the_role_that_registered_it(live: Place) -> None:
    arn = world.register(live, "r9", trained_by="arn:aws:sts::3:assumed-role/packaging/job")
    assert person(requester_of(live, describe(live, arn))) == "job"
