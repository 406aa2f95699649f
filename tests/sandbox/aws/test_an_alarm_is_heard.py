"""Every change of an alarm is heard: as an event on the bus, and as a message to its topic."""

import json

import pytest
from botocore.exceptions import ClientError

from sandbox.aws.emulator import Emulator
from tests.sandbox.aws.clockwork import (
    ACCOUNT,
    CHANGES,
    NAME,
    REGION,
    Client,
    arn,
    bodies,
    breach,
    day,
    listen,
    move,
    put_alarm,
    queue,
    states,
)

pytestmark = pytest.mark.usefixtures("monday")


def test_a_breach_rings_within_the_hour_and_the_event_has_the_shape_of_aws(
    emulator: Emulator, client: Client
) -> None:
    url = listen(client, "breaches", {**CHANGES, "detail": {"state": {"value": ["ALARM"]}}})
    put_alarm(client)
    move(emulator, day(8))
    breach(client, 1, day(8))
    assert states(move(emulator, day(9))) == [("ALARM", "2013-07-08T01:00:00Z")]

    (event,) = bodies(client, url)
    detail = event.pop("detail")
    assert event.pop("id")
    assert event == {
        "version": "0",
        "detail-type": "CloudWatch Alarm State Change",
        "source": "aws.cloudwatch",
        "account": ACCOUNT,
        "time": "2013-07-08T01:00:00Z",
        "region": REGION,
        "resources": [arn("cloudwatch", f"alarm:{NAME}")],
    }
    (metric,) = detail["configuration"]["metrics"]
    assert metric.pop("id")
    assert metric == {
        "metricStat": {
            "metric": {
                "dimensions": {"Model": "flight-delay", "Signal": "prediction"},
                "name": "Breach",
                "namespace": "Modelyard",
            },
            "period": 86400,
            "stat": "Maximum",
        },
        "returnData": True,
    }
    assert detail["alarmName"] == NAME
    assert detail["configuration"]["description"] == "A week is unlike those before it"
    assert detail["previousState"]["value"] == "OK"
    state = detail["state"]
    assert (state["value"], state["timestamp"]) == ("ALARM", "2013-07-08T01:00:00.000+0000")
    assert (
        "1 out of the last 7 datapoints [1.0 (07/07/13 01:00:00)] was greater than the"
        in (state["reason"])
    )
    reason = json.loads(state["reasonData"])
    assert (reason["version"], reason["recentDatapoints"], reason["period"]) == (
        "1.0",
        [1.0],
        86400,
    )


def test_an_alarm_that_was_removed_is_silent(emulator: Emulator, client: Client) -> None:
    url = listen(client, "silence", CHANGES)
    put_alarm(client)
    move(emulator, day(2))
    bodies(client, url)
    client("cloudwatch").delete_alarms(AlarmNames=[NAME])
    breach(client, 1, day(2))
    assert move(emulator, day(4))["alarms"] == []
    assert bodies(client, url) == []


def test_the_topic_hears_of_both_changes(emulator: Emulator, client: Client) -> None:
    topic = client("sns").create_topic(Name="alarms")["TopicArn"]
    url = queue(client, "ears")
    client("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn("sqs", "ears"))
    move(emulator, day(2))
    put_alarm(client, AlarmActions=[topic], OKActions=[topic])
    breach(client, 1, day(3))
    move(emulator, day(31))
    heard = bodies(client, url)
    messages = [json.loads(each["Message"]) for each in heard]
    assert [(each["OldStateValue"], each["NewStateValue"]) for each in messages] == [
        ("INSUFFICIENT_DATA", "OK"),
        ("OK", "ALARM"),
        ("ALARM", "OK"),
    ]
    assert heard[1]["Subject"] == f'ALARM: "{NAME}" in Europe (Ireland)'
    told = messages[1]
    assert told["StateChangeTime"] == "2013-07-03T01:00:00.000+0000"
    assert told["Trigger"]["MetricName"] == "Breach"
    assert {"name": "Model", "value": "flight-delay"} in told["Trigger"]["Dimensions"]


def test_actions_that_are_switched_off_are_not_taken_and_the_event_is_sent(
    emulator: Emulator, client: Client
) -> None:
    topic = client("sns").create_topic(Name="deaf")["TopicArn"]
    ears, events = queue(client, "unheard"), listen(client, "still-told", CHANGES)
    client("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn("sqs", "unheard"))
    put_alarm(client, OKActions=[topic], ActionsEnabled=False)
    move(emulator, day(2))
    assert bodies(client, ears) == []
    assert [each["detail"]["state"]["value"] for each in bodies(client, events)] == ["OK"]


def test_a_state_that_is_set_by_hand_is_told_and_lasts_until_the_next_evaluation(
    emulator: Emulator, client: Client
) -> None:
    url = listen(client, "drill", CHANGES)
    put_alarm(client)
    cloudwatch = client("cloudwatch")
    cloudwatch.set_alarm_state(AlarmName=NAME, StateValue="ALARM", StateReason="a drill")
    assert [each["detail"]["state"]["reason"] for each in bodies(client, url)] == ["a drill"]
    assert states(move(emulator, day(2))) == [("OK", "2013-07-01T01:00:00Z")]
    with pytest.raises(ClientError):
        cloudwatch.set_alarm_state(AlarmName=NAME, StateValue="LOUD", StateReason="no")
