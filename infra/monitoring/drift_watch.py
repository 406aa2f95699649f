"""The alarms that ring when a week of a model's answers is unlike the weeks before it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from ml.workloads import BREACH, BREACH_DAYS, METRIC_NAMESPACE


@dataclass(frozen=True, kw_only=True)
class DriftWatchArgs:
    """What a caller decides about a `DriftWatch`."""

    model: str
    """The model as the watch job names it in its metrics."""

    signals: Sequence[str]
    """Signals that may ring; each has an alarm of its own."""

    topic_arn: pulumi.Input[str]
    """Where the alarms are heard."""

    def __post_init__(self) -> None:
        if not self.signals:
            raise ValueError("signals must name at least one signal that may ring")
        if len(set(self.signals)) != len(self.signals):
            raise ValueError(f"signals must differ, got {list(self.signals)}")


class DriftWatch(pulumi.ComponentResource):
    """One alarm per signal, on the verdicts of the watch job; a model at rest is silent."""

    alarm_names: pulumi.Output[list[str]]

    def __init__(
        self,
        name: str,
        args: DriftWatchArgs,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("modelyard:monitoring:DriftWatch", name, None, opts)
        alarms = [
            aws.cloudwatch.MetricAlarm(
                f"{name}-{signal.replace('_', '-')}",
                alarm_description=f"A week's {signal} of {args.model} is unlike those before it: "
                "docs/alarms.md#a-week-broke",
                namespace=METRIC_NAMESPACE,
                metric_name=BREACH,
                dimensions={"Model": args.model, "Signal": signal},
                statistic="Maximum",
                period=24 * 3600,
                evaluation_periods=BREACH_DAYS,
                datapoints_to_alarm=1,
                comparison_operator="GreaterThanThreshold",
                threshold=0,
                # Six days of the week say nothing, and so does a model that nobody asks.
                treat_missing_data="notBreaching",
                actions_enabled=True,
                alarm_actions=[args.topic_arn],
                ok_actions=[args.topic_arn],
                opts=pulumi.ResourceOptions(parent=self),
            )
            for signal in args.signals
        ]

        self.alarm_names = pulumi.Output.all(*(alarm.name for alarm in alarms)).apply(list)
        self.register_outputs({"alarm_names": self.alarm_names})
