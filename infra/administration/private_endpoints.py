"""The doors from the private network to AWS's services, each open to this account only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from infra.administration.statements import allow, document, granted_to

#: What jobs, pods and nodes call; each is an address in every subnet.
INTERFACES = (
    "ec2",
    "ecr.api",
    "ecr.dkr",
    "eks",
    "eks-auth",
    "events",
    "kms",
    "logs",
    "monitoring",
    "sagemaker.api",
    "secretsmanager",
    "sqs",
    "ssm",
    "sts",
)


@dataclass(frozen=True, kw_only=True)
class PrivateEndpointsArgs:
    """What a caller decides about `PrivateEndpoints`."""

    account_id: str
    """The only account whose identities may pass."""

    region: str
    """Region of the services."""

    vpc_id: pulumi.Input[str]
    """Network the doors belong to."""

    vpc_cidr: str
    """Addresses that may knock."""

    subnet_ids: pulumi.Input[Sequence[pulumi.Input[str]]]
    """Where each door gets an address."""

    route_table_ids: pulumi.Input[Sequence[pulumi.Input[str]]]
    """Routes that learn the way to S3 and DynamoDB."""

    bucket_arns: Sequence[pulumi.Input[str]]
    """The only buckets that can be reached from inside."""


class PrivateEndpoints(pulumi.ComponentResource):
    """Gateway and interface endpoints, so that no packet needs the internet."""

    s3_prefix_list: pulumi.Output[str]

    def __init__(
        self,
        name: str,
        args: PrivateEndpointsArgs,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("modelyard:administration:PrivateEndpoints", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)

        guard = aws.ec2.SecurityGroup(
            f"{name}-guard",
            description="Who may reach the service endpoints",
            vpc_id=args.vpc_id,
            opts=child,
        )
        aws.vpc.SecurityGroupIngressRule(
            f"{name}-https",
            security_group_id=guard.id,
            description="HTTPS from inside the network",
            ip_protocol="tcp",
            from_port=443,
            to_port=443,
            cidr_ipv4=args.vpc_cidr,
            opts=child,
        )
        for service in INTERFACES:
            aws.ec2.VpcEndpoint(
                f"{name}-{service.replace('.', '-')}",
                vpc_id=args.vpc_id,
                service_name=f"com.amazonaws.{args.region}.{service}",
                vpc_endpoint_type="Interface",
                subnet_ids=args.subnet_ids,
                security_group_ids=[guard.id],
                private_dns_enabled=True,
                policy=document([_own_account(args.account_id, "*")]),
                opts=child,
            )
        gateways = {"s3": reachable_objects(args), "dynamodb": _own_tables(args)}
        made = {
            service: aws.ec2.VpcEndpoint(
                f"{name}-{service}",
                vpc_id=args.vpc_id,
                service_name=f"com.amazonaws.{args.region}.{service}",
                vpc_endpoint_type="Gateway",
                route_table_ids=args.route_table_ids,
                policy=policy,
                opts=child,
            )
            for service, policy in gateways.items()
        }

        self.s3_prefix_list = made["s3"].prefix_list_id
        self.register_outputs({"s3_prefix_list": self.s3_prefix_list})


def reachable_objects(args: PrivateEndpointsArgs) -> pulumi.Output[str]:
    """Only the platform's buckets, so that stolen code has nowhere to carry data to."""
    ours = [each for arn in args.bucket_arns for each in (arn, pulumi.Output.concat(arn, "/*"))]
    # ECR keeps image layers in a bucket of AWS's own and signs the way to them.
    layers = f"arn:aws:s3:::prod-{args.region}-starport-layer-bucket/*"
    pull = granted_to(allow("ImageLayers", "s3:GetObject", layers), "*")
    return document([_own_account(args.account_id, ours), pull])


def _own_tables(args: PrivateEndpointsArgs) -> pulumi.Output[str]:
    tables = f"arn:aws:dynamodb:{args.region}:{args.account_id}:table/*"
    return document([_own_account(args.account_id, tables)])


def _own_account(
    account_id: str, resources: pulumi.Input[str] | Sequence[pulumi.Input[str]]
) -> dict[str, object]:
    condition = {"StringEquals": {"aws:PrincipalAccount": account_id}}
    return granted_to(allow("OwnIdentities", "*", resources, condition), "*")
