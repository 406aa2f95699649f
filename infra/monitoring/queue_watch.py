"""Alarms that ring when delivery stands still or gives up."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws


@dataclass(frozen=True, kw_only=True)
class QueueWatchArgs:
    """What a caller decides about a `QueueWatch`."""

    queue_name: pulumi.Input[str]
    """The queue that must keep moving."""

    dead_letter_name: pulumi.Input[str]
    """The queue that must stay empty."""

    topic_arn: pulumi.Input[str]
    """Where the alarms are heard."""

    oldest_minutes: int = 60
    """How long a message may wait before somebody should look."""

    def __post_init__(self) -> None:
        if self.oldest_minutes < 1:
            raise ValueError(f"oldest_minutes must be at least 1, got {self.oldest_minutes}")


class QueueWatch(pulumi.ComponentResource):
    """One alarm for a message set aside, one for a message nobody takes."""

    alarm_names: pulumi.Output[list[str]]

    def __init__(
        self,
        name: str,
        args: QueueWatchArgs,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("modelyard:monitoring:QueueWatch", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)

        depth = aws.cloudwatch.MetricAlarm(
            f"{name}-dead-letters",
            alarm_description="A message failed five times and waits for a person: "
            "docs/alarms.md#a-message-was-set-aside",
            namespace="AWS/SQS",
            metric_name="ApproximateNumberOfMessagesVisible",
            dimensions={"QueueName": args.dead_letter_name},
            statistic="Maximum",
            period=60,
            evaluation_periods=1,
            comparison_operator="GreaterThanThreshold",
            threshold=0,
            # An empty queue reports nothing, and nothing is what it should hold.
            treat_missing_data="notBreaching",
            actions_enabled=True,
            alarm_actions=[args.topic_arn],
            ok_actions=[args.topic_arn],
            opts=child,
        )
        age = aws.cloudwatch.MetricAlarm(
            f"{name}-waiting",
            alarm_description="The oldest message waits too long: is the delivery worker up? "
            "docs/alarms.md#delivery-stands-still",
            namespace="AWS/SQS",
            metric_name="ApproximateAgeOfOldestMessage",
            dimensions={"QueueName": args.queue_name},
            statistic="Maximum",
            period=300,
            evaluation_periods=2,
            comparison_operator="GreaterThanThreshold",
            threshold=args.oldest_minutes * 60,
            treat_missing_data="notBreaching",
            actions_enabled=True,
            alarm_actions=[args.topic_arn],
            ok_actions=[args.topic_arn],
            opts=child,
        )

        self.alarm_names = pulumi.Output.all(depth.name, age.name).apply(list)
        self.register_outputs({"alarm_names": self.alarm_names})
