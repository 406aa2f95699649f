"""Nothing is reachable from the internet, and traffic is narrow and recorded."""

from __future__ import annotations

from collections.abc import Iterator

from policy.rule import Inputs, Rule

ANYWHERE = ("0.0.0.0/0", "::/0")


def _public_addresses(inputs: Inputs) -> Iterator[str]:
    if inputs.get("mapPublicIpOnLaunch") is not False:
        yield "mapPublicIpOnLaunch must be false"


def _open_default(inputs: Inputs) -> Iterator[str]:
    for way in ("ingress", "egress"):
        if inputs.get(way):
            yield f"{way} must be empty: the default group is for nobody"


def _open_ingress(inputs: Inputs) -> Iterator[str]:
    for key in ("cidrIpv4", "cidrIpv6"):
        if inputs.get(key) in ANYWHERE:
            yield f"{key} must not be {inputs[key]}"
    if not inputs.get("description"):
        yield "description must say who comes in"


def _open_egress(inputs: Inputs) -> Iterator[str]:
    anywhere = any(inputs.get(key) in ANYWHERE for key in ("cidrIpv4", "cidrIpv6"))
    if inputs.get("ipProtocol") == "-1" or anywhere:
        yield "egress must name a protocol and a destination"
    if not inputs.get("description"):
        yield "description must say what is reached"


def _partial_record(inputs: Inputs) -> Iterator[str]:
    if inputs.get("trafficType") != "ALL":
        yield "trafficType must be ALL: a refused packet is the interesting one"


RULES = (
    Rule(
        name="subnet-gives-no-public-address",
        description="Nothing gets a public address by being started.",
        standards=("EC2.15", "CKV_AWS_130", "AWS-0164"),
        types=("aws:ec2/subnet:Subnet",),
        problems=_public_addresses,
    ),
    Rule(
        name="default-group-is-empty",
        description="What is in no group of its own can talk to nobody.",
        standards=("EC2.2", "CKV2_AWS_12", "CIS-AWS-5.5"),
        types=("aws:ec2/defaultSecurityGroup:DefaultSecurityGroup",),
        problems=_open_default,
    ),
    Rule(
        name="nobody-comes-in-from-anywhere",
        description="No port is open to the internet.",
        standards=("EC2.13", "EC2.14", "EC2.19", "CKV_AWS_24", "CKV_AWS_25", "CIS-AWS-5.3"),
        types=("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",),
        problems=_open_ingress,
    ),
    Rule(
        name="egress-is-narrow",
        description="Outgoing traffic has a destination, so that stolen data has none.",
        standards=("CKV_AWS_23", "CKV_AWS_382", "AWS-0104"),
        types=("aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule",),
        problems=_open_egress,
    ),
    Rule(
        name="traffic-is-recorded",
        description="Accepted and refused traffic is recorded.",
        standards=("EC2.6", "CKV2_AWS_11", "CIS-AWS-3.7"),
        types=("aws:ec2/flowLog:FlowLog",),
        problems=_partial_record,
    ),
)
