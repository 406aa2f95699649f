"""What asks for a retraining is heard once, held against the limits, and remembered with why."""

import json
import random
from collections.abc import Iterator
from typing import Any

import pytest

from ml.monitoring.training_cost import Estimate
from ml.spec_operations import Retrain
from modelyard.delivery import retraining, worker
from modelyard.delivery.journey import Journey, State
from modelyard.delivery.released_rules import RetrainRules
from modelyard.live.releases import ReleaseLines
from modelyard.place import Place
from modelyard.release_record import key_of
from modelyard.storage import write_json
from tests.modelyard import world
from tests.modelyard.world import Crash, Works, station

pytestmark = pytest.mark.slow

LIMITS = Retrain(triggers=("alarm", "schedule"), cooldown_days=7, weekly_limit=1)


def rules(**changed: Any) -> RetrainRules:
    limits = LIMITS.model_copy(update=changed)
    return RetrainRules(limits=limits, cost=Estimate(usd=1.0, told="unverified"), dated=True)


@pytest.fixture
def live(prod: Place) -> Place:
    """Production with a version that is live."""
    line = {"version": "1", "image": world.IMAGE, "package": "s3://p", "digest": "sha256:1"}
    ReleaseLines.of(prod).put(world.MODEL, line)
    bucket = prod.platform.artifacts_bucket
    write_json(prod.client("s3"), bucket, key_of(world.IMAGE), world.RELEASE)
    return prod


def alarm(
    at: str = "2013-12-10T06:00:00.000+0000",
    *,
    name: str = "late-rate",
    model: str = world.MODEL,
    state: str = "ALARM",
    id: str = "e1",
) -> dict[str, Any]:
    """CloudWatch's own event."""
    metric = {
        "namespace": "Modelyard",
        "name": "Breach",
        "dimensions": {"Model": model, "Signal": "label_rate"},
    }
    return {
        "version": "0",
        "id": id,
        "detail-type": "CloudWatch Alarm State Change",
        "source": "aws.cloudwatch",
        "time": at,
        "resources": [f"arn:aws:cloudwatch:eu-west-1:333333333333:alarm:{name}"],
        "detail": {
            "alarmName": name,
            "state": {"value": state, "reason": "one datapoint", "timestamp": at},
            "previousState": {"value": "OK", "timestamp": at},
            "configuration": {
                "metrics": [
                    {
                        "id": "m",
                        "metricStat": {"metric": metric, "period": 86400},
                        "returnData": True,
                    }
                ]
            },
        },
    }


def due(at: str = "2013-12-01T06:00:00Z", model: str = world.MODEL) -> dict[str, Any]:
    """What the scheduler puts on the bus."""
    return {
        "id": "e2",
        "detail-type": "Retraining Due",
        "source": "modelyard",
        "detail": {"model": model, "due": at},
    }


def deliver(place: Place, works: Works, *found: dict[str, Any]) -> None:
    """Send events through the queue and let delivery work on all of them."""
    sqs = place.client("sqs")
    for event in found:
        body = json.dumps(event)
        sqs.send_message(QueueUrl=place.platform.delivery_queue_url, MessageBody=body)
    while worker.poll(station(place, works), wait_seconds=0):
        pass


def journeys(place: Place, works: Works) -> list[Journey]:
    return station(place, works).journeys.open()


def works_in(place: Place, **how: Any) -> Works:
    return Works(root=place.root, retrain=rules(), **how)


def told(works: Works) -> Iterator[tuple[str, str]]:
    return ((entry["kind"], entry["reason"]) for entry in works.ledger)


def test_an_alarm_trains_the_live_release_on_what_lies_before_its_day(live: Place) -> None:
    works = works_in(live)
    deliver(live, works, alarm())
    (journey,) = journeys(live, works)
    assert journey.state is State.TRAINING
    assert journey.cause == "alarm late-rate"
    assert journey.image_digest == world.IMAGE
    assert journey.window == {"end": "2013-12-10"}
    assert works.calls == ["train", "record"]
    assert list(told(works)) == [("retrained", "retrain requested by alarm late-rate")]


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
        event = worker.events.parse(json.dumps(copy))
        assert event is not None
        retraining.ask(event, seat)
    assert works.calls.count("train") == 2
    assert len(works.ledger) == 2


def test_the_second_alarm_of_a_week_is_skipped_and_the_ledger_says_why(live: Place) -> None:
    works = works_in(live)
    deliver(live, works, alarm(), alarm(name="mean-prediction"), alarm(name="mean-prediction"))
    assert works.calls.count("train") == 1
    kinds = list(told(works))
    assert [kind for kind, _ in kinds] == ["retrained", "skipped"]
    assert "cool-down of 7 days" in kinds[1][1]
    assert "alarm mean-prediction" in kinds[1][1]


def test_an_event_delayed_beyond_later_ones_counts_where_it_belongs(live: Place) -> None:
    works = works_in(live)
    deliver(live, works, alarm("2013-12-20T06:00:00Z"), alarm("2013-12-10T06:00:00Z"))
    assert works.calls.count("train") == 2
    deliver(live, works, alarm("2013-12-15T06:00:00Z"))
    assert works.calls.count("train") == 2


def test_weekly_limit_and_cost_cap_hold(live: Place) -> None:
    works = works_in(live)
    works.retrain = rules(cooldown_days=0)
    deliver(live, works, alarm("2013-12-10T06:00:00Z"), alarm("2013-12-12T06:00:00Z"))
    works.retrain = rules(cooldown_days=0, weekly_limit=9, cost_cap_usd=1.5)
    deliver(live, works, alarm("2013-12-14T06:00:00Z"))
    assert works.calls.count("train") == 1
    reasons = [reason for kind, reason in told(works) if kind == "skipped"]
    assert "weekly limit of 1" in reasons[0]
    assert "cost cap of 1.5 USD" in reasons[1]


def test_however_many_are_skipped_the_limits_know_what_was_started(
    live: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retraining, "MOST_REMEMBERED", 3)
    works = works_in(live)
    noise = [alarm(f"2013-12-11T0{hour}:00:00Z", name="noise") for hour in range(8)]
    deliver(live, works, alarm("2013-12-10T06:00:00Z"), *noise)
    assert works.calls.count("train") == 1


def test_the_clock_passes_the_same_limits(live: Place) -> None:
    works = works_in(live)
    deliver(live, works, due())
    (journey,) = journeys(live, works)
    assert (journey.cause, journey.window) == ("schedule", {"end": "2013-12-01"})
    deliver(live, works, alarm("2013-12-03T06:00:00Z"))
    assert works.calls.count("train") == 1


def test_a_trigger_that_the_spec_does_not_name_starts_nothing(live: Place) -> None:
    works = works_in(live)
    works.retrain = rules(triggers=("command",))
    deliver(live, works, alarm(), due())
    assert works.calls.count("train") == 0
    assert [kind for kind, _ in told(works)] == ["skipped", "skipped"]


@pytest.mark.parametrize(
    "event",
    [
        alarm(model="nobody"),
        due(model="nobody"),
        alarm(state="OK"),
        {**alarm(), "detail": {"alarmName": "queue", "state": alarm()["detail"]["state"]}},
    ],
    ids=["unknown model", "unknown model by the clock", "calm again", "no model's alarm"],
)
def test_what_is_not_about_a_known_model_is_left_alone(live: Place, event: dict[str, Any]) -> None:
    works = works_in(live)
    deliver(live, works, event)
    assert works.calls == []
    assert works.ledger == []


def test_without_a_live_version_there_is_nothing_to_renew(prod: Place) -> None:
    works = works_in(prod)
    deliver(prod, works, alarm())
    assert works.calls == ["record"]
    assert "no version is live" in works.ledger[0]["reason"]


def test_a_promotion_under_way_is_not_overtaken(live: Place) -> None:
    works = works_in(live)
    lock = station(live, works).promotion_lock(world.MODEL)
    lock.take("j9", person="grace", purpose="promotion j9")
    deliver(live, works, alarm())
    assert works.calls == ["record"]
    assert "promotion j9" in works.ledger[0]["reason"]


@pytest.mark.parametrize("point", [0, 1])
def test_a_crash_at_any_point_starts_one_training_all_the_same(live: Place, point: int) -> None:
    works = works_in(live, crash_at=point)
    event = worker.events.parse(json.dumps(alarm()))
    assert event is not None
    with pytest.raises(Crash):
        retraining.ask(event, station(live, works))
    journey = retraining.ask(event, station(live, works))
    assert journey is not None
    assert journey.state is State.TRAINING
    # Training is started under the journey's name: a second start finds the first.
    assert works.calls.count("train") == (2 if point == 0 else 1)
    assert len(works.ledger) == 1
    assert len(journeys(live, works)) == 1


def test_a_crash_between_decision_and_start_is_made_good(
    live: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    works = works_in(live)
    event = worker.events.parse(json.dumps(alarm()))
    assert event is not None

    def crash(*_: object) -> None:
        raise Crash("after the decision was stored")

    with monkeypatch.context() as context:
        context.setattr(retraining, "_journey", crash)
        with pytest.raises(Crash):
            retraining.ask(event, station(live, works))
    assert works.calls == []
    assert [d["starts"] for d in decided(live, works)] == [True]
    retraining.ask(event, station(live, works))
    assert works.calls == ["train", "record"]
    assert len(decided(live, works)) == 1


def test_a_crash_while_skipping_leaves_one_entry(live: Place) -> None:
    works = works_in(live, crash_at=0)
    works.retrain = rules(triggers=())
    event = worker.events.parse(json.dumps(alarm()))
    assert event is not None
    with pytest.raises(Crash):
        retraining.ask(event, station(live, works))
    for _ in range(3):
        retraining.ask(event, station(live, works))
    assert len(works.ledger) == 1
    assert works.calls == ["record", "record"]


def test_what_cannot_be_understood_is_tried_and_then_set_aside(live: Place) -> None:
    works = works_in(live)
    broken = {**due(), "detail": {"model": world.MODEL, "due": "tomorrow"}}
    deliver(live, works, broken)
    assert works.calls == []
    attributes = live.client("sqs").get_queue_attributes(
        QueueUrl=live.platform.delivery_queue_url, AttributeNames=["All"]
    )["Attributes"]
    assert attributes["ApproximateNumberOfMessagesNotVisible"] == "1"


def decided(place: Place, works: Works) -> list[dict[str, Any]]:
    return retraining.decisions(station(place, works).operations, world.MODEL)
