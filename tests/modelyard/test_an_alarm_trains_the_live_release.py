"""An alarm trains the live release once, and the version that comes of it travels as any other."""

import random

import pytest

from modelyard.delivery import retraining
from modelyard.delivery.journey import State
from modelyard.live.releases import ReleaseLines
from modelyard.place import Place
from tests.modelyard import world
from tests.modelyard.retrainings import alarm, deliver, heard, journeys, told, works_in
from tests.modelyard.world import station

pytestmark = pytest.mark.slow


def test_an_alarm_trains_the_live_release_on_what_lies_before_its_day(live: Place) -> None:
    works = works_in(live)
    deliver(live, works, alarm())
    (journey,) = journeys(live, works)
    assert journey.state is State.TRAINING
    assert journey.cause == "alarm late-rate"
    assert journey.image_digest == world.IMAGE
    assert journey.window == {"end": "2013-12-10"}
    assert works.calls == ["train", "record"]
    assert told(works) == [("retrained", "retrain requested by alarm late-rate")]


def test_the_version_then_travels_as_any_other_and_waits_for_a_person(live: Place) -> None:
    works = works_in(live)
    deliver(live, works, alarm())
    (journey,) = journeys(live, works)
    world.registered(live, world.register(live, journey.run))
    deliver(live, works)
    (journey,) = journeys(live, works)
    assert journey.state is State.AWAITING_APPROVAL


def test_where_a_passed_gate_is_enough_nobody_is_asked(live: Place) -> None:
    works = works_in(live, rule="gate")
    deliver(live, works, alarm())
    (journey,) = journeys(live, works)
    arn = world.register(live, journey.run)
    world.registered(live, arn)
    deliver(live, works)
    assert journeys(live, works) == []
    assert works.ledger[-1]["kind"] == "released"
    assert works.ledger[-1]["cause"] == "alarm late-rate"


def test_one_that_does_not_pass_is_kept_with_its_reason_and_the_champion_stays(
    live: Place,
) -> None:
    works = works_in(live, rule="gate")
    deliver(live, works, alarm())
    (journey,) = journeys(live, works)
    world.registered(live, world.register(live, journey.run, gate="failed"))
    deliver(live, works)
    (journey,) = journeys(live, works)
    assert journey.state is State.AWAITING_WAIVER
    line = ReleaseLines.of(live).live(world.MODEL)
    assert line is not None
    assert line["version"] == "1"


def test_a_hundred_copies_in_any_order_start_one_training(live: Place) -> None:
    works = works_in(live)
    copies = [alarm(id=f"e{n % 3}") for n in range(50)]
    copies += [alarm("2013-12-17T06:00:00Z", name="other") for _ in range(50)]
    random.Random(7).shuffle(copies)
    seat = station(live, works)
    for copy in copies:
        retraining.ask(heard(copy), seat)
    assert works.calls.count("train") == 2
    assert len(works.ledger) == 2
