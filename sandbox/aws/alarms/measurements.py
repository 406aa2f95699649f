"""What AWS measures of itself and the platform watches: queues, and executions of pipelines."""

import datetime
import time
from collections.abc import Iterator
from typing import Any

from moto.cloudwatch.models import MetricDatum, cloudwatch_backends
from moto.sqs.models import sqs_backends

from sandbox.aws.alarms.series import Metric, instant

QUEUES = "AWS/SQS"
PIPELINES = "AWS/Sagemaker/ModelBuildingPipeline"
KEPT = datetime.timedelta(hours=3)
"""How long a queue's measurements are kept; they are made at every look."""

_EXECUTION = {
    "Executing": "ExecutionStarted",
    "Succeeded": "ExecutionSucceeded",
    "Failed": "ExecutionFailed",
    "Stopped": "ExecutionStopped",
}


def queue_gauges(account: str, region: str) -> Iterator[tuple[Metric, float]]:
    """Yield what SQS says of each queue now: messages that wait, and the age of the oldest.

    Ages go by the machine's time: whoever takes the messages does too.
    """
    now = time.time()
    queue: Any
    for queue in list(sqs_backends[account][region].queues.values()):
        waiting = queue.messages
        there: list[Any] = list(queue._messages)
        oldest = min((each.sent_timestamp / 1000 for each in there), default=now)
        which = frozenset({("QueueName", str(queue.name))})
        yield (QUEUES, "ApproximateNumberOfMessagesVisible", which), float(len(waiting))
        yield (QUEUES, "ApproximateAgeOfOldestMessage", which), float(int(now - oldest))
        hidden = float(queue.approximate_number_of_messages_not_visible)
        yield (QUEUES, "ApproximateNumberOfMessagesNotVisible", which), hidden


def record_queues(account: str, region: str, now: datetime.datetime) -> None:
    """Put what the queues hold now among the metrics, and forget what is older than `KEPT`."""
    backend: Any = cloudwatch_backends[account][region]
    gauges = [_datum(metric, value, now) for metric, value in queue_gauges(account, region)]
    seen = list(backend.metric_data)
    kept = [x for x in seen if x.namespace != QUEUES or now - instant(x.timestamp) < KEPT]
    # Only what was seen is replaced: another request may be adding its own data at the end.
    backend.metric_data[: len(seen)] = kept
    backend.metric_data.extend(gauges)


def record_execution(
    account: str, region: str, pipeline: str, status: str, at: datetime.datetime
) -> None:
    """Count one execution of a pipeline that began or ended."""
    name = _EXECUTION.get(status)
    if name is not None:
        metric = (PIPELINES, name, frozenset({("PipelineName", pipeline)}))
        cloudwatch_backends[account][region].metric_data.append(_datum(metric, 1.0, at))


def _datum(metric: Metric, value: float, at: datetime.datetime) -> MetricDatum:
    namespace, name, dimensions = metric
    return MetricDatum(
        namespace,
        name,
        value,
        [{"Name": key, "Value": each} for key, each in sorted(dimensions)],
        # moto compares its times without a zone.
        at.astimezone(datetime.UTC).replace(tzinfo=None),
        "Count" if "Number" in name or name.startswith("Execution") else "Seconds",
    )
