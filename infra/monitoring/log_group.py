"""Logs that are kept for a stated time, under a customer's key."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws


@dataclass(frozen=True, kw_only=True)
class LogGroupArgs:
    """What a caller decides about a `LogGroup`."""

    name: str
    """Physical name: the AWS service that writes here names the group itself."""

    key_arn: pulumi.Input[str]
    """Key that encrypts every event at rest."""

    retention_days: int
    """How long events can be read; CloudWatch takes certain values only."""

    def __post_init__(self) -> None:
        if self.retention_days < 30:
            raise ValueError(f"retention_days must be at least 30, got {self.retention_days}")


class LogGroup(pulumi.ComponentResource):
    """A log group made before its writer, which would make one without key or end."""

    log_group_name: pulumi.Output[str]
    log_group_arn: pulumi.Output[str]

    def __init__(
        self,
        name: str,
        args: LogGroupArgs,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("modelyard:monitoring:LogGroup", name, None, opts)

        group = aws.cloudwatch.LogGroup(
            f"{name}-events",
            name=args.name,
            kms_key_id=args.key_arn,
            retention_in_days=args.retention_days,
            opts=pulumi.ResourceOptions(parent=self),
        )

        self.log_group_name = group.name
        self.log_group_arn = group.arn
        self.register_outputs(
            {"log_group_name": self.log_group_name, "log_group_arn": self.log_group_arn}
        )
