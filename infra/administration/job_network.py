"""What a training or data job can reach: AWS's services, and nothing else."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws


@dataclass(frozen=True, kw_only=True)
class JobNetworkArgs:
    """What a caller decides about a `JobNetwork`."""

    vpc_id: pulumi.Input[str]
    """Network the jobs run in."""

    vpc_cidr: str
    """Where the interface endpoints answer."""

    s3_prefix_list: pulumi.Input[str]
    """AWS's own list of S3 addresses in the region, reached through the gateway."""


class JobNetwork(pulumi.ComponentResource):
    """A security group without any way in, and HTTPS to the endpoints as the only way out."""

    security_group_id: pulumi.Output[str]

    def __init__(
        self,
        name: str,
        args: JobNetworkArgs,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("modelyard:administration:JobNetwork", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)

        group = aws.ec2.SecurityGroup(
            f"{name}-group",
            description="Jobs: nothing in, HTTPS to AWS services out",
            vpc_id=args.vpc_id,
            opts=child,
        )
        aws.vpc.SecurityGroupEgressRule(
            f"{name}-services",
            security_group_id=group.id,
            description="HTTPS to the interface endpoints",
            ip_protocol="tcp",
            from_port=443,
            to_port=443,
            cidr_ipv4=args.vpc_cidr,
            opts=child,
        )
        aws.vpc.SecurityGroupEgressRule(
            f"{name}-objects",
            security_group_id=group.id,
            description="HTTPS to S3 through the gateway endpoint",
            ip_protocol="tcp",
            from_port=443,
            to_port=443,
            prefix_list_id=args.s3_prefix_list,
            opts=child,
        )

        self.security_group_id = group.id
        self.register_outputs({"security_group_id": self.security_group_id})
