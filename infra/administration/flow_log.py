"""A record of who talked to whom in the network."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws


@dataclass(frozen=True, kw_only=True)
class FlowLogArgs:
    """What a caller decides about a `FlowLog`."""

    vpc_id: pulumi.Input[str]
    """Network whose traffic is recorded."""

    log_group_arn: pulumi.Input[str]
    """Where the record is kept."""

    role_arn: pulumi.Input[str]
    """What writes the record."""


class FlowLog(pulumi.ComponentResource):
    """All traffic, accepted and refused, because a refused packet is the interesting one."""

    flow_log_id: pulumi.Output[str]

    def __init__(
        self,
        name: str,
        args: FlowLogArgs,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("modelyard:administration:FlowLog", name, None, opts)

        log = aws.ec2.FlowLog(
            f"{name}-traffic",
            vpc_id=args.vpc_id,
            traffic_type="ALL",
            log_destination_type="cloud-watch-logs",
            log_destination=args.log_group_arn,
            iam_role_arn=args.role_arn,
            max_aggregation_interval=60,
            opts=pulumi.ResourceOptions(parent=self),
        )

        self.flow_log_id = log.id
        self.register_outputs({"flow_log_id": self.flow_log_id})
