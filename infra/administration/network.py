"""The private network of one environment: nothing in it can be reached from the internet."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Network

import pulumi
import pulumi_aws as aws


@dataclass(frozen=True, kw_only=True)
class NetworkArgs:
    """What a caller decides about a `Network`."""

    cidr_block: IPv4Network
    """Address space, cut into one subnet per zone."""

    zones: tuple[str, ...]
    """Availability zones that get a subnet each."""

    def __post_init__(self) -> None:
        if not 2 <= len(set(self.zones)) == len(self.zones) <= 4:
            raise ValueError(f"zones must be 2 to 4 different ones, got {self.zones}")


class Network(pulumi.ComponentResource):
    """A VPC of private subnets without a way in or out but its endpoints."""

    vpc_id: pulumi.Output[str]
    subnet_ids: pulumi.Output[list[str]]
    route_table_ids: pulumi.Output[list[str]]

    def __init__(
        self,
        name: str,
        args: NetworkArgs,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("modelyard:administration:Network", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)

        vpc = aws.ec2.Vpc(
            f"{name}-vpc",
            cidr_block=str(args.cidr_block),
            enable_dns_hostnames=True,
            enable_dns_support=True,
            opts=child,
        )
        # What is in no group of its own can talk to nobody.
        aws.ec2.DefaultSecurityGroup(
            f"{name}-default", vpc_id=vpc.id, ingress=[], egress=[], opts=child
        )
        blocks = list(args.cidr_block.subnets(prefixlen_diff=2))
        subnets = []
        tables = []
        for index, zone in enumerate(args.zones):
            subnet, table = self._make_subnet(name, index, vpc, blocks[index], zone)
            subnets.append(subnet)
            tables.append(table)
        self._guard_subnets(name, args, vpc, subnets)

        self.vpc_id = vpc.id
        self.subnet_ids = pulumi.Output.all(*(s.id for s in subnets)).apply(list)
        self.route_table_ids = pulumi.Output.all(*(t.id for t in tables)).apply(list)
        self.register_outputs(
            {
                "vpc_id": self.vpc_id,
                "subnet_ids": self.subnet_ids,
                "route_table_ids": self.route_table_ids,
            }
        )

    def _make_subnet(
        self, name: str, index: int, vpc: aws.ec2.Vpc, block: IPv4Network, zone: str
    ) -> tuple[aws.ec2.Subnet, aws.ec2.RouteTable]:
        """One zone's subnet, and the routes of its own that endpoints are entered in."""
        child = pulumi.ResourceOptions(parent=self)
        subnet = aws.ec2.Subnet(
            f"{name}-private-{index}",
            vpc_id=vpc.id,
            cidr_block=str(block),
            availability_zone=zone,
            map_public_ip_on_launch=False,
            # By this tag the cluster finds where internal load balancers belong.
            tags={"kubernetes.io/role/internal-elb": "1"},
            opts=child,
        )
        table = aws.ec2.RouteTable(f"{name}-routes-{index}", vpc_id=vpc.id, opts=child)
        aws.ec2.RouteTableAssociation(
            f"{name}-routed-{index}",
            subnet_id=subnet.id,
            route_table_id=table.id,
            opts=child,
        )
        return subnet, table

    def _guard_subnets(
        self, name: str, args: NetworkArgs, vpc: aws.ec2.Vpc, subnets: list[aws.ec2.Subnet]
    ) -> aws.ec2.NetworkAcl:
        """A second wall for the subnets: inside traffic, and answers from AWS's services."""
        block = str(args.cidr_block)
        return aws.ec2.NetworkAcl(
            f"{name}-acl",
            vpc_id=vpc.id,
            subnet_ids=[s.id for s in subnets],
            ingress=way_in(block),
            egress=way_out(block),
            opts=pulumi.ResourceOptions(parent=self),
        )


def way_in(block: str) -> list[aws.ec2.NetworkAclIngressArgsDict]:
    """Everything from inside, and answers from outside."""
    return [
        # S3 and DynamoDB answer through the gateway from public addresses; remote
        # desktop, the one administrative port up there, stays shut to them.
        {
            "rule_no": 90,
            "action": "deny",
            "protocol": "tcp",
            "from_port": 3389,
            "to_port": 3389,
            "cidr_block": "0.0.0.0/0",
        },
        {
            "rule_no": 100,
            "action": "allow",
            "protocol": "-1",
            "from_port": 0,
            "to_port": 0,
            "cidr_block": block,
        },
        {
            "rule_no": 110,
            "action": "allow",
            "protocol": "tcp",
            "from_port": 1024,
            "to_port": 65535,
            "cidr_block": "0.0.0.0/0",
        },
    ]


def way_out(block: str) -> list[aws.ec2.NetworkAclEgressArgsDict]:
    """Everything to inside, and HTTPS to the services of AWS."""
    return [
        {
            "rule_no": 100,
            "action": "allow",
            "protocol": "-1",
            "from_port": 0,
            "to_port": 0,
            "cidr_block": block,
        },
        {
            "rule_no": 110,
            "action": "allow",
            "protocol": "tcp",
            "from_port": 443,
            "to_port": 443,
            "cidr_block": "0.0.0.0/0",
        },
    ]
