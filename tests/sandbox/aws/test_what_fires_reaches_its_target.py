"""What fires reaches its target with what that asked for, or says why it did not."""

import json

import pytest

from sandbox.aws.emulator import Emulator
from tests.sandbox.aws.clockwork import (
    ROLE,
    Client,
    arn,
    bodies,
    day,
    move,
    queue,
    schedule,
)

pytestmark = pytest.mark.usefixtures("monday")
PIPELINE = arn("sagemaker", "pipeline/flight-delay-training")


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
