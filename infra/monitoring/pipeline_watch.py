"""An alarm that rings when a model could not be trained."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws


@dataclass(frozen=True, kw_only=True)
class PipelineWatchArgs:
    """What a caller decides about a `PipelineWatch`."""

    pipeline_name: pulumi.Input[str]
    """The pipeline whose executions are watched."""

    topic_arn: pulumi.Input[str]
    """Where the alarm is heard."""


class PipelineWatch(pulumi.ComponentResource):
    """One alarm for any failed execution; a pipeline at rest is silent and well."""

    alarm_name: pulumi.Output[str]

    def __init__(
        self,
        name: str,
        args: PipelineWatchArgs,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("modelyard:monitoring:PipelineWatch", name, None, opts)

        alarm = aws.cloudwatch.MetricAlarm(
            f"{name}-failed",
            alarm_description="An execution failed: docs/alarms.md#a-pipeline-failed",
            namespace="AWS/Sagemaker/ModelBuildingPipeline",
            metric_name="ExecutionFailed",
            dimensions={"PipelineName": args.pipeline_name},
            statistic="Sum",
            period=300,
            evaluation_periods=1,
            comparison_operator="GreaterThanThreshold",
            threshold=0,
            treat_missing_data="notBreaching",
            actions_enabled=True,
            alarm_actions=[args.topic_arn],
            opts=pulumi.ResourceOptions(parent=self),
        )

        self.alarm_name = alarm.name
        self.register_outputs({"alarm_name": self.alarm_name})
