"""Events that come a hundred times, in another order, days late or broken do no harm."""

import json
import random
from typing import Any

import pytest

from modelyard.delivery import events, worker
from modelyard.delivery.journey import Journey, State
from modelyard.place import Place
from tests.modelyard import living, world
from tests.modelyard.world import Works, station
from tests.recovery import Recovery

pytestmark = pytest.mark.slow

POISON = ["", "not JSON", "[1, 2]", '{"id": "x"}', '{"id": 1, "detail-type": 2, "detail": null}']


@pytest.fixture
def works(live: Place) -> Works:
    return Works(root=live.root, retrain=living.RULES, rule="gate")


def registration(arn: str) -> dict[str, Any]:
    return {
        "id": "e1",
        "detail-type": events.REGISTERED,
        "source": "aws.sagemaker",
        "detail": {"ModelPackageArn": arn},
    }


def promotion(place: Place, works: Works) -> dict[str, Any]:
    journey = Journey(
        id="asked",
        model=world.MODEL,
        environment=place.name,
        requested_by="arn:aws:sts::1:assumed-role/platform-engineer/ada",
        requested_at="2030-01-01T00:00:00Z",
        release=world.RELEASE,
    )
    station(place, works).journeys.begin(journey)
    detail = {"journey": journey.id, "model": world.MODEL}
    return {"id": "e2", "detail-type": events.PROMOTION, "source": "modelyard", "detail": detail}


def test_a_hundred_copies_in_any_order_are_one_release_and_one_training(
    staging: Place, recovery: Recovery
) -> None:
    works = Works(root=staging.root)
    arn = world.register(staging, "first")
    copies = [registration(arn)] * 100 + [promotion(staging, works)] * 100
    random.Random(11).shuffle(copies)
    seat = station(staging, works)
    with recovery.within(60, "each event a hundred times"):
        for copy in copies:
            event = events.parse(json.dumps(copy))
            assert event is not None
            worker.attempt(event, seat, 1)
    assert works.calls.count("deploy") == 1
    assert works.calls.count("train") == 1
    assert [entry["kind"] for entry in works.ledger] == ["released"]
    assert living.live_version(staging) == "1"


def test_of_two_versions_the_newer_stays_when_their_events_change_places(
    live: Place, works: Works
) -> None:
    second, third = world.register(live, "second"), world.register(live, "third")
    living.send(live, registration(third), registration(second))
    living.work_off(station(live, works))
    assert living.live_version(live) == "3"
    assert works.served["prod"] == "3"
    seat = station(live, works)
    late = seat.journeys.of_package(second)
    assert late is not None
    assert late.state is State.REFUSED
    assert "newer" in late.reason


def test_a_registration_a_day_late_is_released_when_nothing_newer_is_live(
    live: Place, works: Works
) -> None:
    arn = world.register(live, "second")
    worker.sweep(station(live, works))
    assert living.live_version(live) == "1"
    living.send(live, {**registration(arn), "time": "2020-01-01T00:00:00Z"})
    living.work_off(station(live, works))
    assert living.live_version(live) == "2"


def dead_letters(place: Place) -> str:
    """Put a dead-letter queue behind the delivery queue, as the platform stack does."""
    sqs = place.client("sqs")
    url: str = sqs.create_queue(QueueName="dead")["QueueUrl"]
    names = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]
    policy = {"deadLetterTargetArn": names["QueueArn"], "maxReceiveCount": "5"}
    sqs.set_queue_attributes(
        QueueUrl=place.platform.delivery_queue_url,
        Attributes={"RedrivePolicy": json.dumps(policy)},
    )
    return url


def waiting(place: Place, url: str) -> int:
    names = place.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["All"])
    found = names["Attributes"]
    counted = ("ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible")
    return sum(int(found[name]) for name in counted)


def test_poison_lies_among_the_dead_letters_after_five_attempts_and_the_others_go_on(
    live: Place, works: Works, monkeypatch: pytest.MonkeyPatch, recovery: Recovery
) -> None:
    # The waiting between attempts is the queue's; here it is over at once.
    monkeypatch.setattr(worker, "backoff_seconds", lambda number: 0)
    dead = dead_letters(live)
    said: list[str] = []
    seat = station(live, works)
    object.__setattr__(seat, "report", said.append)
    broken = living.alarm_event("tomorrow")
    arn = world.register(live, "second")
    bodies = [text for text in POISON if text]  # SQS itself refuses an empty one
    living.send(live, *bodies, broken, registration(arn))
    with recovery.within(30, "five poison messages before a good one"):
        for _ in range(60):
            worker.poll(seat, wait_seconds=0)
    assert living.live_version(live) == "2"
    assert waiting(live, dead) == len(bodies) + 1
    assert waiting(live, live.platform.delivery_queue_url) == 0
    assert len([line for line in said if "no event" in line]) == 5 * len(bodies)


@pytest.mark.parametrize("body", POISON)
def test_what_is_no_event_is_never_taken_for_one(body: str) -> None:
    event = events.parse(body)
    assert event is None


def test_giving_up_on_what_cannot_be_read_ends_quietly(live: Place, works: Works) -> None:
    event = events.parse(json.dumps(living.alarm_event("tomorrow")))
    assert event is not None
    for number in range(1, 7):
        assert not worker.attempt(event, station(live, works), number)
    assert station(live, works).journeys.open() == []
