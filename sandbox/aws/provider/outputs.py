"""The full state of a resource: its inputs, what AWS adds, and what the handler knows."""

import datetime
from typing import Any

from sandbox.aws.provider.ids import Facts, digits, kebab
from sandbox.aws.provider.naming import DEFAULTS
from sandbox.aws.provider.schema import Schema
from sandbox.aws.provider.shapes import ListOf, MapOf, Scalar, Shape
from sandbox.aws.provider.wire import UNKNOWN, Properties

_NOT_ANSWERED = ("namePrefix", "bucketPrefix")
_FILLED_IN = {
    "aws:eks/cluster:Cluster": (
        ("vpcConfig", "clusterSecurityGroupId"),
        ("vpcConfig", "vpcId"),
        ("kubernetesNetworkConfig", "serviceIpv4Cidr"),
    ),
}
"""Fields that AWS adds inside an object that the program gave."""


def carried(schema: Schema, inputs: Properties) -> Properties:
    """Return the inputs that are also outputs."""
    return {
        key: value
        for key, value in inputs.items()
        if key in schema.outputs and key != DEFAULTS and value is not None
    }


def planned(schema: Schema, inputs: Properties, known: Properties) -> Properties:
    """Return what a preview knows of a resource yet to be made."""
    unknown = {key: UNKNOWN for key in schema.computed if key not in _NOT_ANSWERED}
    plan = {**unknown, **carried(schema, inputs), **known}
    for key, field in _FILLED_IN.get(schema.token, ()):
        if isinstance(plan.get(key), dict):
            plan[key] = {field: UNKNOWN, **plan[key]}
    return plan


def made(schema: Schema, facts: Facts, inputs: Properties, known: Properties) -> Properties:
    """Return the state of a resource just made, with plausible values for all it computes."""
    state = {**carried(schema, inputs), **known}
    for key in schema.computed:
        if key not in state and key not in _NOT_ANSWERED:
            value = _plausible(key, schema.outputs[key], facts)
            if value is not None:
                state[key] = value
    return state


def kept(
    schema: Schema, old: Properties, old_inputs: Properties, inputs: Properties, known: Properties
) -> Properties:
    """Return the state after an update: what AWS computed stays, what was unset goes."""
    unset = {key for key in old_inputs if key not in inputs and key not in schema.computed}
    stays = {key: value for key, value in old.items() if key not in unset}
    carried_on = {
        key: _overlay(old.get(key), old_inputs.get(key), value)
        for key, value in carried(schema, inputs).items()
    }
    return {**stays, **carried_on, **known}


def _overlay(old: Any, old_input: Any, new_input: Any) -> Any:
    """Lay a new object over the old one, keeping the fields in it that AWS had filled in."""
    if not isinstance(old, dict) or not isinstance(new_input, dict):
        return new_input
    asked = old_input if isinstance(old_input, dict) else {}
    filled = {key: value for key, value in old.items() if key not in asked}
    return {**filled, **new_input}


def _plausible(key: str, shape: Shape, facts: Facts) -> Any:
    if isinstance(shape, ListOf):
        return []
    if isinstance(shape, MapOf):
        return {}
    if not isinstance(shape, Scalar):
        return None
    if shape.kind in ("bool", "int", "float"):
        return {"bool": False, "int": 0, "float": 0.0}[shape.kind]
    return _plausible_text(key, facts) if shape.kind == "str" else None


def _plausible_text(key: str, facts: Facts) -> str:
    if key == "arn":
        return facts.arn
    if key in ("ownerId", "accountId", "registryId", "catalogId"):
        return facts.account
    if key == "region":
        return facts.region
    if key.endswith("Arn"):
        kind = kebab(key.removesuffix("Arn"))
        return f"arn:aws:{facts.service}:{facts.region}:{facts.account}:{kind}/{facts.id}"
    if key.endswith(("At", "Date", "Time", "Created", "Modified")):
        return datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    if key.endswith(("Id", "Identifier")):
        return f"{kebab(key.removesuffix('Id'))}-{digits()}"
    if key.endswith(("Url", "Endpoint", "DnsName", "DomainName")) or key == "dnsName":
        return f"{facts.id}.{facts.service}.{facts.region}.amazonaws.com"
    return {"status": "ACTIVE", "state": "available", "version": "1"}.get(key, "")
