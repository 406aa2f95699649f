"""Types without a data plane here: checked, given an id, and remembered."""

from collections.abc import Callable

from sandbox.aws.provider.ids import Facts, digits, new_id
from sandbox.aws.provider.records import Records
from sandbox.aws.provider.wire import Properties
from sandbox.aws.resources.handling import Call, Handler, Made

Extra = Callable[[Call, Facts], Properties]


def _vpc(call: Call, facts: Facts) -> Properties:
    return {
        "mainRouteTableId": f"rtb-{digits()}",
        "defaultRouteTableId": f"rtb-{digits()}",
        "defaultNetworkAclId": f"acl-{digits()}",
        "defaultSecurityGroupId": f"sg-{digits()}",
        "dhcpOptionsId": f"dopt-{digits()}",
    }


def _endpoint(call: Call, facts: Facts) -> Properties:
    service = str(call.inputs.get("serviceName", "")).rpartition(".")[2]
    name = f"{facts.id}-{digits(8)}.{service}.{call.region}.vpce.amazonaws.com"
    interface = call.inputs.get("vpcEndpointType") == "Interface"
    subnets = call.inputs.get("subnetIds", []) if interface else []
    return {
        "dnsEntries": [{"dnsName": name, "hostedZoneId": f"Z{digits(13).upper()}"}],
        "networkInterfaceIds": [f"eni-{digits()}" for _ in subnets],
        "prefixListId": "" if interface else f"pl-{digits(8)}",
        "state": "available",
    }


def _subnet(call: Call, facts: Facts) -> Properties:
    zone = str(call.inputs.get("availabilityZone") or f"{call.region}a")
    number = "abcdef".find(zone[-1]) + 1
    return {"availabilityZone": zone, "availabilityZoneId": f"az{number}"}


def _address(call: Call, facts: Facts) -> Properties:
    return {"allocationId": facts.id, "publicIp": "192.0.2.1"}


def _oidc_provider(call: Call, facts: Facts) -> Properties:
    host = str(call.inputs.get("url", "")).removeprefix("https://")
    return {"arn": f"arn:aws:iam::{call.account}:oidc-provider/{host}"}


_EXTRAS: dict[str, Extra] = {
    "aws:ec2/vpc:Vpc": _vpc,
    "aws:ec2/subnet:Subnet": _subnet,
    "aws:ec2/eip:Eip": _address,
    "aws:ec2/vpcEndpoint:VpcEndpoint": _endpoint,
    "aws:iam/openIdConnectProvider:OpenIdConnectProvider": _oidc_provider,
}


def recorded(records: Records, extra: Extra | None = None) -> Handler:
    """Return the handler of a type that lives in the records only."""

    def create(call: Call) -> Made:
        fresh = new_id(call.token, call.inputs)
        facts = Facts(token=call.token, account=call.account, region=call.region, id=fresh)
        add = extra or _EXTRAS.get(call.token)
        return Made(fresh, add(call, facts) if add else {})

    def read(call: Call) -> Properties | None:
        return records.find((call.account, call.token, call.id))

    return Handler(create=create, read=read, delete=lambda call: None)
