"""What is scheduled starts when the clock passes its time: each time once, in order, recorded."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from moto.events.models import events_backends
from moto.scheduler.models import scheduler_backends

from sandbox.aws.emulator import Emulator
from tests.sandbox.aws.clockwork import ACCOUNT, REGION, Client, arn, bodies, day, move, queue

ROLE = f"arn:aws:iam::{ACCOUNT}:role/starter"
PIPELINE = arn("sagemaker", "pipeline/flight-delay-training")


@pytest.fixture(autouse=True)
def monday(emulator: Emulator) -> Iterator[None]:
    # The emulator is the package's: what other tests scheduled would fire here too.
    forget_schedules(emulator)
    move(emulator, day(1))
    yield
    forget_schedules(emulator)


def forget_schedules(emulator: Emulator) -> None:
    emulator.timeline.real()
    events_backends[ACCOUNT][REGION].reset()
    scheduler_backends[ACCOUNT][REGION].reset()


def schedule(client: Client, name: str, expression: str, **changed: Any) -> None:
    target = {"Arn": arn("sqs", name), "RoleArn": ROLE, **changed.pop("Target", {})}
    client("scheduler").create_schedule(
        Name=name,
        ScheduleExpression=expression,
        FlexibleTimeWindow={"Mode": "OFF"},
        Target=target,
        **changed,
    )


def fired(told: dict[str, Any]) -> list[tuple[str, str, str]]:
    return [(each["at"], each["name"], each["result"]) for each in told["fired"]]


def test_a_rule_fires_at_every_due_time_with_the_event_of_aws(
    emulator: Emulator, client: Client
) -> None:
    url = queue(client, "nightly-events")
    events = client("events")
    rule = events.put_rule(Name="nightly-events", ScheduleExpression="cron(0 3 * * ? *)")
    target = {"Id": "q", "Arn": arn("sqs", "nightly-events")}
    events.put_targets(Rule="nightly-events", Targets=[target])
    assert fired(move(emulator, day(3, 3))) == [
        (f"2013-07-0{number}T03:00:00Z", "nightly-events", "delivered") for number in (1, 2, 3)
    ]
    first = bodies(client, url)[0]
    assert first.pop("id")
    assert first == {
        "version": "0",
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": ACCOUNT,
        "time": "2013-07-01T03:00:00Z",
        "region": REGION,
        "resources": [rule["RuleArn"]],
        "detail": {},
    }


def test_a_rule_sends_what_its_target_asks_for(emulator: Emulator, client: Client) -> None:
    url = queue(client, "asked")
    events = client("events")
    events.put_rule(Name="asked", ScheduleExpression="rate(1 day)")
    here = {"Arn": arn("sqs", "asked")}
    transformer = {"InputPathsMap": {"when": "$.time"}, "InputTemplate": '{"at": "<when>"}'}
    targets = [
        {"Id": "constant", "Input": '{"constant": true}', **here},
        {"Id": "part", "InputPath": "$.source", **here},
        {"Id": "made", "InputTransformer": transformer, **here},
    ]
    events.put_targets(Rule="asked", Targets=targets)
    move(emulator, day(2))
    assert bodies(client, url) == [
        {"constant": True},
        "aws.events",
        {"at": "2013-07-02T00:00:00Z"},
    ]


def test_a_schedule_fires_in_its_own_zone_and_tells_when(
    emulator: Emulator, client: Client
) -> None:
    url = queue(client, "morning")
    schedule(
        client,
        "morning",
        "cron(0 6 * * ? *)",
        ScheduleExpressionTimezone="America/New_York",
        Target={"Input": '{"now": "<aws.scheduler.scheduled-time>"}'},
    )
    move(emulator, day(2))
    assert bodies(client, url) == [{"now": "2013-07-01T10:00:00Z"}]


def test_what_is_switched_off_or_outside_its_dates_does_not_fire(
    emulator: Emulator, client: Client
) -> None:
    for name in ("off", "ended", "daily"):
        queue(client, name)
    schedule(client, "off", "rate(1 hour)", State="DISABLED")
    schedule(client, "ended", "rate(1 hour)", EndDate=day(1, 0, 30))
    client("events").put_rule(Name="daily", ScheduleExpression="rate(1 day)", State="DISABLED")
    assert move(emulator, day(3))["fired"] == []


def test_several_fire_in_the_order_of_time(emulator: Emulator, client: Client) -> None:
    for name, hour in (("b", 6), ("a", 6), ("c", 5)):
        queue(client, name)
        schedule(client, name, f"cron(0 {hour} * * ? *)")
    assert [name for _, name, _ in fired(move(emulator, day(3)))] == ["c", "a", "b"] * 2


def test_nothing_fires_twice_however_the_clock_is_moved(
    emulator: Emulator, client: Client
) -> None:
    queue(client, "weekly")
    schedule(client, "weekly", "cron(0 6 ? * 2 *)")
    steps = [day(1, 6), day(1, 6), day(8, 5), day(8, 6), day(9)]
    assert [len(move(emulator, each)["fired"]) for each in steps] == [1, 0, 0, 1, 0]


def test_a_pipeline_that_is_not_there_is_set_aside_with_the_reason(
    emulator: Emulator, client: Client
) -> None:
    url = queue(client, "set-aside")
    dead_letters = {"DeadLetterConfig": {"Arn": arn("sqs", "set-aside")}}
    schedule(client, "retraining", "cron(0 3 * * ? *)", Target={"Arn": PIPELINE, **dead_letters})
    (told,) = move(emulator, day(2))["fired"]
    assert (told["result"], told["target"]) == ("failed", PIPELINE)
    assert "set aside among the dead letters" in told["detail"]
    (message,) = client("sqs").receive_message(QueueUrl=url, MessageAttributeNames=["All"])[
        "Messages"
    ]
    assert message["MessageAttributes"]["TARGET_ARN"]["StringValue"] == PIPELINE


def test_a_pipeline_is_started_with_its_parameters(emulator: Emulator, client: Client) -> None:
    sagemaker = client("sagemaker")
    sagemaker.create_pipeline(
        PipelineName="Scheduled",
        PipelineDisplayName="Scheduled",
        RoleArn=ROLE,
        ClientRequestToken="0" * 32,
        PipelineDefinition=json.dumps({"Version": "2020-12-01", "Steps": []}),
    )
    parameters = {"PipelineParameterList": [{"Name": "Reason", "Value": "schedule"}]}
    schedule(
        client,
        "scheduled",
        "cron(0 3 ? * MON *)",
        Target={
            "Arn": arn("sagemaker", "pipeline/scheduled"),
            "SageMakerPipelineParameters": parameters,
        },
    )
    (told,) = move(emulator, day(2))["fired"]
    assert told["result"] == "delivered", told
    executions = sagemaker.list_pipeline_executions(PipelineName="Scheduled")
    assert len(executions["PipelineExecutionSummaries"]) == 1


def test_a_target_that_cannot_be_served_is_told(emulator: Emulator, client: Client) -> None:
    function = arn("lambda", "function:f")
    schedule(client, "unserved", "at(2013-07-01T06:00:00)", Target={"Arn": function})
    (told,) = move(emulator, day(2))["fired"]
    assert (told["result"], told["target"]) == ("unsupported", function)


def test_an_expression_that_cannot_be_read_is_told_and_keeps_no_other_from_firing(
    emulator: Emulator, client: Client
) -> None:
    queue(client, "readable")
    schedule(client, "readable", "rate(1 day)")
    client("events").put_rule(Name="nearest", ScheduleExpression="cron(0 6 15W * ? *)")
    told = move(emulator, day(2))
    assert [each["name"] for each in told["fired"]] == ["readable"]
    assert ["nearest" in each for each in told["problems"]] == [True]


def test_more_than_anybody_could_want_is_refused_before_anything_fires(
    emulator: Emulator, client: Client
) -> None:
    queue(client, "minutes")
    schedule(client, "minutes", "rate(1 minute)")
    with pytest.raises(Exception, match="400"):
        move(emulator, day(31))
    assert emulator.clock.now() == day(1)
    assert len(move(emulator, day(1, 1))["fired"]) == 60


def test_what_a_schedule_says_on_the_bus_reaches_the_rules_that_wait_for_it(
    emulator: Emulator, client: Client
) -> None:
    url, events = queue(client, "heard"), client("events")
    pattern = {"source": ["modelyard"], "detail-type": ["Retraining Due"]}
    events.put_rule(Name="heard", EventPattern=json.dumps(pattern))
    events.put_targets(Rule="heard", Targets=[{"Id": "q", "Arn": arn("sqs", "heard")}])
    schedule(
        client,
        "speaks",
        "cron(0 6 ? * TUE *)",
        Target={
            "Arn": arn("events", "event-bus/default"),
            "EventBridgeParameters": {"Source": "modelyard", "DetailType": "Retraining Due"},
            "Input": '{"model": "m", "due": "<aws.scheduler.scheduled-time>"}',
        },
    )
    (told,) = move(emulator, day(2, 12))["fired"]
    assert told["result"] == "delivered", told
    (heard,) = bodies(client, url)
    assert heard["detail-type"] == "Retraining Due"
    assert heard["detail"] == {"model": "m", "due": "2013-07-02T06:00:00Z"}
