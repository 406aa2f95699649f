"""Well-formed ids and ARNs for resources that exist nowhere but in the records."""

import re
import secrets
from dataclasses import dataclass

from sandbox.aws.provider.wire import Properties

_EC2 = {
    "Vpc": "vpc",
    "Subnet": "subnet",
    "SecurityGroup": "sg",
    "DefaultSecurityGroup": "sg",
    "RouteTable": "rtb",
    "DefaultRouteTable": "rtb",
    "RouteTableAssociation": "rtbassoc",
    "MainRouteTableAssociation": "rtbassoc",
    "Route": "r-rtb",
    "InternetGateway": "igw",
    "NatGateway": "nat",
    "Eip": "eipalloc",
    "VpcEndpoint": "vpce",
    "FlowLog": "fl",
    "NetworkAcl": "acl",
    "DefaultNetworkAcl": "acl",
    "LaunchTemplate": "lt",
    "SecurityGroupRule": "sgrule",
    "SecurityGroupIngressRule": "sgr",
    "SecurityGroupEgressRule": "sgr",
    "VpcDhcpOptions": "dopt",
}
_OWN_ARN = {
    "FlowLog": "vpc-flow-log",
    "Eip": "elastic-ip",
    "RouteTable": "route-table",
    "NatGateway": "natgateway",
    "SecurityGroupIngressRule": "security-group-rule",
    "SecurityGroupEgressRule": "security-group-rule",
    "DefaultSecurityGroup": "security-group",
}
_SERVICES = {
    "lb": "elasticloadbalancing",
    "alb": "elasticloadbalancing",
    "vpc": "ec2",
    "ebs": "ec2",
    "amp": "aps",
    "cfg": "config",
    "sfn": "states",
    "costexplorer": "ce",
    "emrserverless": "emr-serverless",
    "accessanalyzer": "access-analyzer",
    "appautoscaling": "application-autoscaling",
}
_NAMING = (
    "name",
    "clusterName",
    "analyzerName",
    "budgetName",
    "domainName",
    "nodeGroupName",
)


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What an id or ARN is made from."""

    token: str
    account: str
    region: str
    id: str

    @property
    def module(self) -> str:
        """Such as `ec2`."""
        return self.token.split(":")[1].split("/")[0]

    @property
    def kind(self) -> str:
        """Such as `Vpc`."""
        return self.token.rpartition(":")[2]

    @property
    def service(self) -> str:
        """The service's name in ARNs."""
        return _SERVICES.get(self.module, self.module)

    @property
    def arn(self) -> str:
        """The resource's own ARN."""
        kind = _OWN_ARN.get(self.kind, kebab(self.kind))
        place = "" if self.service in ("iam", "budgets") else self.region
        return f"arn:aws:{self.service}:{place}:{self.account}:{kind}/{self.id}"


def kebab(name: str) -> str:
    """Return `security-group` for `SecurityGroup`."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", name).lower()


def digits(length: int = 17) -> str:
    """Return fresh hexadecimal digits."""
    return secrets.token_hex(length)[:length]


def new_id(token: str, inputs: Properties) -> str:
    """Return an id of the form that AWS gives to this type."""
    kind, module = token.rpartition(":")[2], token.split(":")[1].split("/")[0]
    if module in ("ec2", "vpc", "ebs") and kind in _EC2:
        return f"{_EC2[kind]}-{digits()}"
    if kind == "PodIdentityAssociation":
        return f"a-{digits()}"
    joined = {
        "Addon": ("clusterName", "addonName"),
        "AccessEntry": ("clusterName", "principalArn"),
        "AccessPolicyAssociation": ("clusterName", "principalArn", "policyArn"),
        "NodeGroup": ("clusterName", "nodeGroupName"),
        "FargateProfile": ("clusterName", "fargateProfileName"),
    }.get(kind)
    if joined and module == "eks":
        return (":" if kind != "AccessPolicyAssociation" else "#").join(
            str(inputs.get(each) or digits(8)) for each in joined
        )
    for key in _NAMING:
        if isinstance(inputs.get(key), str) and inputs[key]:
            return str(inputs[key])
    return f"{kebab(kind)}-{digits(8)}"
