"""An emulator of one's own whose clock a test may move: what is scheduled and watched there."""

import datetime
import json
import urllib.request
from collections.abc import Callable
from typing import Any

from sandbox.aws.emulator import Emulator

UTC = datetime.UTC
ACCOUNT, REGION = "111111111111", "eu-west-1"
Client = Callable[..., Any]
ROLE = f"arn:aws:iam::{ACCOUNT}:role/starter"
"""Under which what is scheduled starts."""
NAME = "flight-delay-breach"
"""The alarm that `put_alarm` puts."""
CHANGES = {"source": ["aws.cloudwatch"], "detail-type": ["CloudWatch Alarm State Change"]}
"""The events that every alarm sends."""


def day(number: int, hour: int = 0, minute: int = 0) -> datetime.datetime:
    """A moment of July 2013."""
    return datetime.datetime(2013, 7, number, hour, minute, tzinfo=UTC)


def move(emulator: Emulator, moment: datetime.datetime) -> dict[str, Any]:
    """Move the clock; what the emulator answers."""
    return ask(emulator, {"now": moment.isoformat()})


def ask(emulator: Emulator, instruction: dict[str, Any] | None = None) -> dict[str, Any]:
    """Speak to the clock over HTTP as any program does."""
    data = None if instruction is None else json.dumps(instruction).encode()
    request = urllib.request.Request(
        f"{emulator.endpoint}/_sandbox/clock",
        data=data,
        headers={"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=120) as answer:
        told: dict[str, Any] = json.load(answer)
    return told


def queue(client: Client, name: str) -> str:
    """Make a queue of dev; its URL."""
    return str(client("sqs").create_queue(QueueName=name)["QueueUrl"])


def arn(service: str, name: str) -> str:
    """The ARN of something of dev."""
    return f"arn:aws:{service}:{REGION}:{ACCOUNT}:{name}"


def bodies(client: Client, url: str) -> list[Any]:
    """Take what is in the queue."""
    found: list[Any] = []
    sqs = client("sqs")
    while messages := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
        for each in messages:
            found.append(json.loads(each["Body"]))
            sqs.delete_message(QueueUrl=url, ReceiptHandle=each["ReceiptHandle"])
    return found


def listen(client: Client, name: str, pattern: dict[str, Any]) -> str:
    """Lead the events that match into a queue; its URL."""
    url = queue(client, name)
    events = client("events")
    events.put_rule(Name=name, EventPattern=json.dumps(pattern))
    events.put_targets(Rule=name, Targets=[{"Id": "queue", "Arn": arn("sqs", name)}])
    return url


def schedule(client: Client, name: str, expression: str, **changed: Any) -> None:
    """Have something sent to the queue of the same name, or to another target."""
    target = {"Arn": arn("sqs", name), "RoleArn": ROLE, **changed.pop("Target", {})}
    client("scheduler").create_schedule(
        Name=name,
        ScheduleExpression=expression,
        FlexibleTimeWindow={"Mode": "OFF"},
        Target=target,
        **changed,
    )


def fired(told: dict[str, Any]) -> list[tuple[str, str, str]]:
    """What fired during a move: when, what, and what came of it."""
    return [(each["at"], each["name"], each["result"]) for each in told["fired"]]


def breach(client: Client, value: float, when: datetime.datetime) -> None:
    """Say of a model's week whether it broke a limit."""
    client("cloudwatch").put_metric_data(
        Namespace="Modelyard",
        MetricData=[
            {
                "MetricName": "Breach",
                "Dimensions": [
                    {"Name": "Model", "Value": "flight-delay"},
                    {"Name": "Signal", "Value": "prediction"},
                ],
                "Timestamp": when,
                "Value": value,
            }
        ],
    )


def put_alarm(client: Client, **changed: Any) -> None:
    """Put the alarm that watches those weeks; None leaves a setting out."""
    wanted: dict[str, Any] = {
        "AlarmName": NAME,
        "AlarmDescription": "A week is unlike those before it",
        "Namespace": "Modelyard",
        "MetricName": "Breach",
        "Dimensions": [
            {"Name": "Model", "Value": "flight-delay"},
            {"Name": "Signal", "Value": "prediction"},
        ],
        "Statistic": "Maximum",
        "Period": 86400,
        "EvaluationPeriods": 7,
        "DatapointsToAlarm": 1,
        "ComparisonOperator": "GreaterThanThreshold",
        "Threshold": 0,
        "TreatMissingData": "notBreaching",
    }
    wanted |= changed
    client("cloudwatch").put_metric_alarm(
        **{key: value for key, value in wanted.items() if value is not None}
    )


def states(told: dict[str, Any], name: str = NAME) -> list[tuple[str, str]]:
    """Which states an alarm went through, and when."""
    return [(each["after"], each["at"]) for each in told["alarms"] if each["name"] == name]


def described(client: Client) -> dict[str, Any]:
    """That alarm as CloudWatch describes it."""
    found = client("cloudwatch").describe_alarms(AlarmNames=[NAME])["MetricAlarms"]
    return dict(found[0])
