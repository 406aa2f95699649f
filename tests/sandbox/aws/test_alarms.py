"""An alarm rings on the sandbox's clock: metric, state, event in a queue, message to a topic."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError
from moto.cloudwatch.models import cloudwatch_backends

from sandbox.aws.emulator import Emulator
from tests.sandbox.aws.clockwork import (
    ACCOUNT,
    REGION,
    Client,
    arn,
    ask,
    bodies,
    breach,
    day,
    listen,
    move,
    put_alarm,
    queue,
    states,
)

CHANGES = {"source": ["aws.cloudwatch"], "detail-type": ["CloudWatch Alarm State Change"]}
NAME = "flight-delay-breach"


@pytest.fixture(autouse=True)
def monday(emulator: Emulator, client: Client) -> Iterator[None]:
    """The clock stands at the first of July 2013, and no alarm is left over."""
    cloudwatch = client("cloudwatch")
    emulator.timeline.real()
    move(emulator, day(1))
    yield
    names = [each["AlarmName"] for each in cloudwatch.describe_alarms()["MetricAlarms"]]
    cloudwatch.delete_alarms(AlarmNames=names)
    emulator.timeline.real()
    cloudwatch_backends[ACCOUNT][REGION].metric_data.clear()


def described(client: Client) -> dict[str, Any]:
    found = client("cloudwatch").describe_alarms(AlarmNames=[NAME])["MetricAlarms"]
    return dict(found[0])


def test_an_alarm_begins_without_data_and_is_well_where_silence_is_well(
    emulator: Emulator, client: Client
) -> None:
    put_alarm(client)
    assert described(client)["StateValue"] == "INSUFFICIENT_DATA"
    assert states(move(emulator, day(2))) == [("OK", "2013-07-01T01:00:00Z")]
    assert described(client)["StateValue"] == "OK"


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


def test_it_rings_once_and_ends_when_the_breach_is_out_of_sight(
    emulator: Emulator, client: Client
) -> None:
    put_alarm(client)
    breach(client, 1, day(1))
    told = move(emulator, day(31))
    # Seven periods, and the two more that are looked at because so many are missing.
    assert states(told) == [("ALARM", "2013-07-01T01:00:00Z"), ("OK", "2013-07-10T01:00:00Z")]


def test_what_was_measured_before_the_alarm_existed_counts(
    emulator: Emulator, client: Client
) -> None:
    breach(client, 1, day(1))
    move(emulator, day(3))
    put_alarm(client)
    assert states(move(emulator, day(3, 6))) == [("ALARM", "2013-07-03T01:00:00Z")]


def test_metrics_of_years_ago_are_kept_and_answered(client: Client) -> None:
    breach(client, 1, day(1))
    told = client("cloudwatch").get_metric_statistics(
        Namespace="Modelyard",
        MetricName="Breach",
        Dimensions=[{"Name": "Signal", "Value": "prediction"}],
        StartTime=day(1),
        EndTime=day(2),
        Period=86400,
        Statistics=["Maximum"],
    )
    assert [(each["Timestamp"], each["Maximum"]) for each in told["Datapoints"]] == [(day(1), 1.0)]


def test_a_move_by_nothing_evaluates_where_the_clock_stands(
    emulator: Emulator, client: Client
) -> None:
    put_alarm(client)
    move(emulator, day(3, 6))
    breach(client, 1, day(3))
    assert states(ask(emulator, {"advance_seconds": 0})) == [("ALARM", "2013-07-03T06:00:00Z")]


def test_an_alarm_that_was_removed_is_silent(emulator: Emulator, client: Client) -> None:
    url = listen(client, "silence", CHANGES)
    put_alarm(client)
    move(emulator, day(2))
    bodies(client, url)
    client("cloudwatch").delete_alarms(AlarmNames=[NAME])
    breach(client, 1, day(2))
    assert move(emulator, day(4))["alarms"] == []
    assert bodies(client, url) == []


def test_other_dimensions_are_another_metric(emulator: Emulator, client: Client) -> None:
    put_alarm(client, Dimensions=[{"Name": "Model", "Value": "flight-delay"}])
    breach(client, 1, day(1))
    assert states(move(emulator, day(2))) == [("OK", "2013-07-01T01:00:00Z")]


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


def test_changing_an_alarm_leaves_its_state(emulator: Emulator, client: Client) -> None:
    put_alarm(client)
    breach(client, 1, day(1))
    move(emulator, day(2))
    put_alarm(client, AlarmDescription="another")
    found = described(client)
    assert (found["StateValue"], found["AlarmDescription"]) == ("ALARM", "another")


def test_the_history_tells_every_change(emulator: Emulator, client: Client) -> None:
    put_alarm(client)
    breach(client, 1, day(2))
    move(emulator, day(31))
    items = client("cloudwatch").describe_alarm_history(AlarmName=NAME)["AlarmHistoryItems"]
    assert [each["HistorySummary"] for each in items] == [
        "Alarm updated from ALARM to OK",
        "Alarm updated from OK to ALARM",
        "Alarm updated from INSUFFICIENT_DATA to OK",
    ]


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


@pytest.mark.parametrize(
    ("operator", "threshold", "rings"),
    [
        ("GreaterThanThreshold", 3, False),
        ("GreaterThanOrEqualToThreshold", 3, True),
        ("LessThanThreshold", 3, False),
        ("LessThanOrEqualToThreshold", 3, True),
    ],
)
def test_every_comparison(
    emulator: Emulator, client: Client, operator: str, threshold: float, rings: bool
) -> None:
    put_alarm(client, ComparisonOperator=operator, Threshold=threshold)
    breach(client, 3, day(1))
    (change,) = states(move(emulator, day(2)))
    assert change[0] == ("ALARM" if rings else "OK")


@pytest.mark.parametrize(
    ("statistic", "value"),
    [
        ({"Statistic": "Sum"}, 10),
        ({"Statistic": "Average"}, 2.5),
        ({"Statistic": "Minimum"}, 1),
        ({"Statistic": "Maximum"}, 4),
        ({"Statistic": "SampleCount"}, 4),
        ({"ExtendedStatistic": "p50"}, 2.5),
    ],
)
def test_every_statistic(
    emulator: Emulator, client: Client, statistic: dict[str, str], value: float
) -> None:
    put_alarm(
        client,
        ComparisonOperator="GreaterThanOrEqualToThreshold",
        Threshold=value,
        Period=3600,
        EvaluationPeriods=1,
        **{"Statistic": None, **statistic},
    )
    for each in (1, 2, 3, 4):
        breach(client, each, day(1, 0, each))
    last = move(emulator, day(1, 0, 6))["alarms"][-1]
    assert last["after"] == "ALARM"
    assert f"datapoints [{float(value)} (30/06/13 23:" in last["reason"]


def test_metric_math_is_named_as_not_evaluated(emulator: Emulator, client: Client) -> None:
    client("cloudwatch").put_metric_alarm(
        AlarmName="ratio",
        ComparisonOperator="GreaterThanThreshold",
        EvaluationPeriods=1,
        Threshold=1,
        Metrics=[{"Id": "e", "Expression": "1 / 2", "ReturnData": True, "Period": 60}],
    )
    told = move(emulator, day(2))
    assert told["problems"] == ["alarm dev/ratio: metric math is not evaluated"]
