"""Where there is nothing to retrain, or somebody is at it, an event starts nothing."""

from typing import Any

import pytest

from modelyard.delivery import worker
from modelyard.place import Place
from tests.modelyard import world
from tests.modelyard.retrainings import alarm, deliver, due, works_in
from tests.modelyard.world import station

pytestmark = pytest.mark.slow


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


def test_what_cannot_be_understood_is_tried_and_then_set_aside(
    live: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Else it is in sight again after two seconds, which may be over when the queue is looked at.
    monkeypatch.setattr(worker, "backoff_seconds", lambda number: 600)
    works = works_in(live)
    broken = {**due(), "detail": {"model": world.MODEL, "due": "tomorrow"}}
    deliver(live, works, broken)
    assert works.calls == []
    attributes = live.client("sqs").get_queue_attributes(
        QueueUrl=live.platform.delivery_queue_url, AttributeNames=["All"]
    )["Attributes"]
    assert attributes["ApproximateNumberOfMessagesNotVisible"] == "1"
