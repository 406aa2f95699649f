"""Who built a release, and of which commit, is what two people's commands read where it was built.

A journey repeats what its requester said. Production takes it only where the approver, who signs
for it, read the same.
"""

from typing import Any

import pytest

from modelyard.delivery import approvals, evidence, worker
from modelyard.delivery.journey import Journey, State
from modelyard.errors import RefusedError
from modelyard.live.approving import approve_release
from modelyard.place import Place, person
from modelyard.release_record import key_of, release_for, release_record
from modelyard.storage import write_json
from modelyard.target import Target, Yard
from tests.modelyard import world
from tests.modelyard.world import RELEASE, Works, station

pytestmark = pytest.mark.slow

LINUS = "arn:aws:sts::1:assumed-role/platform-engineer/linus"
FORGED = {**RELEASE, "built_by": LINUS}
"""What ada, who built it, would rather have said of it."""


@pytest.fixture
def forged(prod: Place, staging: Place) -> Place:
    """A release that ada built in dev and brought into staging as one of linus'."""
    dev = world.enter(prod.root, "dev")
    world.stand_up(dev)
    world.adopt_outputs(dev)
    for place, said in ((dev, RELEASE), (staging, FORGED)):
        write_json(place.client("s3"), place.platform.artifacts_bucket, key_of(world.IMAGE), said)
    evidence.store(staging, world.MODEL, world.IMAGE, {"outcome": "passed"})
    return prod


def yard(place: Place, name: str) -> Yard:
    """The checkout as somebody of this name types commands in it."""
    found = Yard(root=place.root, target=Target.SANDBOX)
    for environment in world.ACCOUNTS:
        found._places[environment] = world.adopt_outputs(
            world.enter(place.root, environment, name)
        )
    return found


def asked(place: Place, release: dict[str, Any], approval: dict[str, Any]) -> Journey:
    """What delivery makes of a request that says this of the release."""
    seat = station(place, Works(root=place.root))
    journey = Journey(
        id="j1",
        model=world.MODEL,
        environment="prod",
        requested_by=place.caller.replace("/ada", "/rosa"),
        requested_at="2030-01-01T00:00:00Z",
        release=release,
        approval=approval,
    )
    seat.journeys.begin(journey)
    worker.sweep(seat)
    found = seat.journeys.find("j1")
    assert found is not None
    return found


def test_commands_read_the_record_where_it_was_built(forged: Place) -> None:
    found = release_for(yard(forged, "grace"), "prod", None)
    assert found == RELEASE


def test_the_author_approves_nothing_whatever_was_said_on_the_way(forged: Place) -> None:
    with pytest.raises(RefusedError, match="ada is the release's author"):
        approve_release(yard(forged, "ada"), world.MODEL, "prod", None)
    assert approvals.given(forged, world.MODEL, world.IMAGE) == []


def test_the_approver_signs_for_who_built_it_and_of_what(forged: Place) -> None:
    statement = approve_release(yard(forged, "grace"), world.MODEL, "prod", None)["statement"]
    assert person(statement["built_by"]) == "ada"
    assert statement["git_sha"] == RELEASE["git_sha"]


@pytest.mark.parametrize("fact", ["built_by", "git_sha"])
def test_delivery_refuses_a_request_that_says_otherwise(forged: Place, fact: str) -> None:
    approval = approve_release(yard(forged, "grace"), world.MODEL, "prod", None)
    journey = asked(forged, {**RELEASE, fact: "another"}, approval)
    assert journey.state is State.REFUSED
    assert f"The approval is for {fact}" in journey.reason


def test_and_trains_what_both_say(forged: Place) -> None:
    approval = approve_release(yard(forged, "grace"), world.MODEL, "prod", None)
    assert asked(forged, RELEASE, approval).state is State.TRAINING
    assert release_record(forged, world.IMAGE) == RELEASE


def test_the_first_record_of_an_image_stays(staging: Place) -> None:
    seat = station(staging, Works(root=staging.root))
    for number, release in enumerate((RELEASE, FORGED)):
        seat.journeys.begin(
            Journey(
                id=f"j{number}",
                model=world.MODEL,
                environment="staging",
                requested_by=staging.caller,
                requested_at="2030-01-01T00:00:00Z",
                release=release,
            )
        )
        worker.sweep(seat)
    assert release_record(staging, world.IMAGE) == RELEASE
