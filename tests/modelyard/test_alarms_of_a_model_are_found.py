"""The alarms on a model's weeks are told apart from all others, with the times they went off."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from modelyard.live.watch_alarms import WatchAlarm, of_model

OURS, OTHERS, DISK = "flight-delay-drift-label-rate", "diabetes-drift-performance", "disk-full"


def alarm(name: str, model: str, signal: str, metric: str = "Breach") -> dict[str, Any]:
    dimensions = [{"Name": "Model", "Value": model}, {"Name": "Signal", "Value": signal}]
    return {
        "AlarmName": name,
        "Namespace": "Modelyard",
        "MetricName": metric,
        "Dimensions": dimensions,
    }


def change(day: int, state: str) -> dict[str, Any]:
    return {
        "AlarmName": OURS,
        "Timestamp": datetime(2013, 12, day, 6, 1, tzinfo=UTC),
        "HistoryData": json.dumps({"newState": {"stateValue": state}}),
    }


@pytest.fixture
def cloudwatch(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Any, Stubber]]:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    client = boto3.client("cloudwatch", region_name="eu-west-1")
    with Stubber(client) as answers:
        yield client, answers


def test_only_breaches_of_the_model_count_and_only_changes_into_alarm(
    cloudwatch: tuple[Any, Stubber],
) -> None:
    client, answers = cloudwatch
    first = [alarm(OTHERS, "diabetes", "performance"), alarm(DISK, "flight_delay", "disk", "Disk")]
    answers.add_response("describe_alarms", {"MetricAlarms": first, "NextToken": "on"})
    second = [alarm(OURS, "flight_delay", "label_rate")]
    answers.add_response("describe_alarms", {"MetricAlarms": second})
    newest_first = [change(17, "OK"), change(10, "ALARM"), change(3, "OK"), change(2, "ALARM")]
    answers.add_response(
        "describe_alarm_history",
        {"AlarmHistoryItems": newest_first},
        {"AlarmName": OURS, "HistoryItemType": "StateUpdate"},
    )
    [found] = of_model(client, "flight_delay")
    assert (found.name, found.signal) == (OURS, "label_rate")
    assert found.went_off == ["2013-12-02T06:01:00+00:00", "2013-12-10T06:01:00+00:00"]
    answers.assert_no_pending_responses()


@pytest.mark.parametrize(
    ("ended", "at"),
    [
        ("2013-12-09T00:00:00+00:00", "2013-12-10T06:01:00+00:00"),
        ("2013-12-16T00:00:00+00:00", ""),
        ("2013-12-01T00:00:00+00:00", ""),
    ],
)
def test_an_alarm_belongs_to_the_week_that_ended_in_the_eight_days_before(
    ended: str, at: str
) -> None:
    rung = WatchAlarm(name=OURS, signal="label_rate", went_off=["2013-12-10T06:01:00+00:00"])
    assert rung.after(ended) == at
