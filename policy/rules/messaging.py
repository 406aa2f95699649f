"""Messages, logs and secrets are encrypted and kept; nothing is dropped silently."""

from __future__ import annotations

from collections.abc import Iterator

from policy.rule import Inputs, Rule, section


def _plain_messages(inputs: Inputs) -> Iterator[str]:
    if "kmsMasterKeyId" not in inputs:
        yield "kmsMasterKeyId must name a key of our own"


def _dropped_events(inputs: Inputs) -> Iterator[str]:
    if "arn" not in section(inputs.get("deadLetterConfig")):
        yield "deadLetterConfig.arn must be set"
    if not section(inputs.get("retryPolicy")).get("maximumRetryAttempts"):
        yield "retryPolicy.maximumRetryAttempts must be set"


def _short_logs(inputs: Inputs) -> Iterator[str]:
    if "kmsKeyId" not in inputs:
        yield "kmsKeyId must name a key of our own"
    if (inputs.get("retentionInDays") or 0) < 30:
        yield "retentionInDays must be at least 30"


def _deaf_alarm(inputs: Inputs) -> Iterator[str]:
    if not inputs.get("alarmActions") or inputs.get("actionsEnabled") is False:
        yield "alarmActions must reach somebody"


def _fragile_table(inputs: Inputs) -> Iterator[str]:
    if section(inputs.get("pointInTimeRecovery")).get("enabled") is not True:
        yield "pointInTimeRecovery.enabled must be true"
    if "kmsKeyArn" not in section(inputs.get("serverSideEncryption")):
        yield "serverSideEncryption.kmsKeyArn must name a key of our own"


def _weak_secret(inputs: Inputs) -> Iterator[str]:
    if "kmsKeyId" not in inputs:
        yield "kmsKeyId must name a key of our own"
    if (inputs.get("recoveryWindowInDays") or 0) < 30:
        yield "recoveryWindowInDays must be 30"


RULES = (
    Rule(
        name="messages-are-encrypted",
        description="Queues and topics lie under a key of our own.",
        standards=("SQS.1", "SNS.1", "CKV_AWS_26", "CKV_AWS_27", "AWS-0096", "AWS-0136"),
        types=("aws:sqs/queue:Queue", "aws:sns/topic:Topic"),
        problems=_plain_messages,
    ),
    Rule(
        name="events-are-retried-then-set-aside",
        description="An event that cannot be handed over is kept for a person.",
        standards=("CKV2_AWS_73",),
        types=("aws:cloudwatch/eventTarget:EventTarget",),
        problems=_dropped_events,
    ),
    Rule(
        name="logs-are-kept-and-encrypted",
        description="Logs last long enough to investigate, under a key of our own.",
        standards=("CloudWatch.16", "CKV_AWS_66", "CKV_AWS_158", "AWS-0017"),
        types=("aws:cloudwatch/logGroup:LogGroup",),
        problems=_short_logs,
    ),
    Rule(
        name="alarms-are-heard",
        description="An alarm without an action rings for nobody.",
        standards=("CloudWatch.15", "CloudWatch.17", "CKV_AWS_319"),
        types=("aws:cloudwatch/metricAlarm:MetricAlarm",),
        problems=_deaf_alarm,
    ),
    Rule(
        name="tables-can-be-restored",
        description="A table can go back to any second, and lies under a key of our own.",
        standards=("DynamoDB.2", "CKV_AWS_28", "CKV_AWS_119", "AWS-0024"),
        types=("aws:dynamodb/table:Table",),
        problems=_fragile_table,
    ),
    Rule(
        name="secrets-are-recoverable",
        description="A secret lies under a key of our own and can be restored for 30 days.",
        standards=("CKV_AWS_149", "AWS-0098"),
        types=("aws:secretsmanager/secret:Secret",),
        problems=_weak_secret,
    ),
)
