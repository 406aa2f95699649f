"""The alarms that the platform provisions ring in the emulator: its own queues and pipelines."""

import datetime
from collections.abc import Iterator

import pytest
from moto.cloudwatch.models import cloudwatch_backends

from sandbox.aws.alarms.evaluator import AlarmEvaluator
from sandbox.aws.alarms.measurements import KEPT, record_execution
from sandbox.aws.emulator import Emulator
from tests.sandbox.aws.clockwork import ACCOUNT, REGION, Client, day, move, queue, states
from tests.sandbox.aws.conftest import ENVIRONMENTS

DEAD_LETTERS, WAITING, FAILED = "dead-letters", "waiting", "training-failed"


@pytest.fixture(autouse=True)
def alarms(unscheduled: None, client: Client) -> None:
    """The alarms of `infra/monitoring`, on queues of their own."""
    cloudwatch = client("cloudwatch")
    for name, namespace, metric, dimension, period, periods, threshold in (
        (DEAD_LETTERS, "AWS/SQS", "ApproximateNumberOfMessagesVisible", "QueueName", 60, 1, 0),
        (WAITING, "AWS/SQS", "ApproximateAgeOfOldestMessage", "QueueName", 300, 2, 3600),
        (
            FAILED,
            "AWS/Sagemaker/ModelBuildingPipeline",
            "ExecutionFailed",
            "PipelineName",
            300,
            1,
            0,
        ),
    ):
        cloudwatch.put_metric_alarm(
            AlarmName=name,
            Namespace=namespace,
            MetricName=metric,
            Dimensions=[{"Name": dimension, "Value": "watched"}],
            Statistic="Sum" if name == FAILED else "Maximum",
            Period=period,
            EvaluationPeriods=periods,
            Threshold=threshold,
            ComparisonOperator="GreaterThanThreshold",
            TreatMissingData="notBreaching",
        )


@pytest.fixture
def watched(client: Client) -> Iterator[str]:
    url = queue(client, "watched")
    yield url
    client("sqs").delete_queue(QueueUrl=url)


def state(client: Client, name: str) -> str:
    found = client("cloudwatch").describe_alarms(AlarmNames=[name])["MetricAlarms"]
    return str(found[0]["StateValue"])


def test_a_dead_letter_rings_at_the_next_move_and_is_silent_when_it_was_taken(
    emulator: Emulator, client: Client, watched: str
) -> None:
    move(emulator, day(1))
    assert states(move(emulator, day(2)), DEAD_LETTERS) == [("OK", "2013-07-02T00:00:00Z")]
    client("sqs").send_message(QueueUrl=watched, MessageBody="poison")
    assert states(move(emulator, day(9)), DEAD_LETTERS) == [("ALARM", "2013-07-09T00:00:00Z")]
    assert states(move(emulator, day(16)), DEAD_LETTERS) == []
    client("sqs").purge_queue(QueueUrl=watched)
    assert states(move(emulator, day(17)), DEAD_LETTERS) == [("OK", "2013-07-17T00:00:00Z")]


def test_a_leap_of_a_month_makes_no_message_old(
    emulator: Emulator, client: Client, watched: str
) -> None:
    move(emulator, day(1))
    client("sqs").send_message(QueueUrl=watched, MessageBody="fresh")
    move(emulator, day(31))
    assert state(client, WAITING) == "OK"


def test_a_dead_letter_rings_by_the_machine_time_within_a_minute_and_a_half(
    client: Client, watched: str
) -> None:
    client("sqs").send_message(QueueUrl=watched, MessageBody="poison")
    evaluator = AlarmEvaluator(ENVIRONMENTS)
    begun = datetime.datetime.now(datetime.UTC)
    rang = None
    for seconds in range(0, 100, 20):
        now = begun + datetime.timedelta(seconds=seconds)
        if any(each.after == "ALARM" for each in evaluator.observe(now, [])):
            rang = rang or seconds
    assert rang is not None
    assert rang <= 80
    assert state(client, DEAD_LETTERS) == "ALARM"
    told = client("cloudwatch").get_metric_statistics(
        Namespace="AWS/SQS",
        MetricName="ApproximateNumberOfMessagesVisible",
        Dimensions=[{"Name": "QueueName", "Value": "watched"}],
        StartTime=begun - datetime.timedelta(minutes=5),
        EndTime=begun + datetime.timedelta(minutes=5),
        Period=60,
        Statistics=["Maximum"],
    )
    assert {each["Maximum"] for each in told["Datapoints"]} == {1.0}


def test_what_queues_held_is_forgotten_after_a_while(client: Client, watched: str) -> None:
    evaluator = AlarmEvaluator(ENVIRONMENTS)
    now = datetime.datetime.now(datetime.UTC)
    evaluator.observe(now, [])
    once = len(cloudwatch_backends[ACCOUNT][REGION].metric_data)
    evaluator.observe(now + KEPT, [])
    assert len(cloudwatch_backends[ACCOUNT][REGION].metric_data) == once


def test_a_failed_training_rings_and_one_that_succeeds_does_not(
    emulator: Emulator, client: Client
) -> None:
    move(emulator, day(1))
    record_execution(ACCOUNT, REGION, "watched", "Succeeded", emulator.clock.now())
    move(emulator, day(2))
    assert state(client, FAILED) == "OK"
    record_execution(ACCOUNT, REGION, "watched", "Failed", emulator.clock.now())
    told = states(move(emulator, day(3)), FAILED)
    assert told[0] == ("ALARM", "2013-07-02T00:01:00Z")
    assert told[1][0] == "OK"


def test_the_machine_time_does_nothing_while_the_clock_is_set(
    emulator: Emulator, client: Client, watched: str
) -> None:
    move(emulator, day(1))
    client("sqs").send_message(QueueUrl=watched, MessageBody="poison")
    assert emulator.timeline.tick() is None
    assert state(client, DEAD_LETTERS) == "INSUFFICIENT_DATA"
    begun = datetime.datetime.now(datetime.UTC)
    emulator.timeline.real()
    told = emulator.timeline.tick()
    # Nor does it make up for the years between the time that was set and its own.
    assert told is not None
    assert told.before >= begun
