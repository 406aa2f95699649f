"""The smallest valid args of each component of monitoring."""

from __future__ import annotations

from typing import Any

from infra.monitoring.alarm_topic import AlarmTopic, AlarmTopicArgs
from infra.monitoring.drift_watch import DriftWatch, DriftWatchArgs
from infra.monitoring.log_group import LogGroup, LogGroupArgs
from infra.monitoring.pipeline_watch import PipelineWatch, PipelineWatchArgs
from infra.monitoring.queue_watch import QueueWatch, QueueWatchArgs
from tests.infra.examples.values import ACCOUNT, KEY, TOPIC

EXAMPLES: dict[Any, Any] = {
    AlarmTopic: AlarmTopicArgs(account_id=ACCOUNT, key_arn=KEY),
    DriftWatch: DriftWatchArgs(
        model="flight_delay", signals=("label_rate", "performance"), topic_arn=TOPIC
    ),
    LogGroup: LogGroupArgs(name="/test", key_arn=KEY, retention_days=30),
    PipelineWatch: PipelineWatchArgs(pipeline_name="p", topic_arn=TOPIC),
    QueueWatch: QueueWatchArgs(queue_name="q", dead_letter_name="d", topic_arn=TOPIC),
}
