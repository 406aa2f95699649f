"""Gives physical names to what the program left unnamed, and keeps them from then on."""

import hashlib
import re
import secrets
from dataclasses import dataclass
from typing import Any

from sandbox.aws.provider.schema import Schema
from sandbox.aws.provider.shapes import Scalar
from sandbox.aws.provider.wire import Properties

DEFAULTS = "__defaults"
"""Input that lists which other inputs were filled in by the provider."""

_LONGEST = {
    "aws:s3/bucket:Bucket": 63,
    "aws:iam/role:Role": 64,
    "aws:lb/loadBalancer:LoadBalancer": 32,
    "aws:lb/targetGroup:TargetGroup": 32,
    "aws:sqs/queue:Queue": 80,
    "aws:cloudwatch/eventRule:EventRule": 64,
    "aws:scheduler/schedule:Schedule": 64,
    "aws:lambda/function:Function": 64,
}
_LOWER_CASE = {
    "aws:s3/bucket:Bucket",
    "aws:ecr/repository:Repository",
    "aws:glue/catalogDatabase:CatalogDatabase",
    "aws:glue/catalogTable:CatalogTable",
}
_PREFIXES = {"aws:kms/alias:Alias": "alias/"}
_NAMES = {"aws:s3/bucket:Bucket": "bucket"}


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """What `pulumi:autonaming` in the project asks for."""

    name: str = ""
    mode: str = "none"
    """One of none, propose, enforce, disable."""


class NameNeededError(ValueError):
    """The project switched automatic names off and the program gave none."""


def name_property(schema: Schema) -> str | None:
    """Return the input that holds the physical name when AWS lets the caller choose it."""
    key = _NAMES.get(schema.token, "name")
    fields = schema.inputs.fields
    optional = key in fields and key not in schema.inputs.required and key in schema.computed
    return key if optional and fields[key] == Scalar("str") else None


def with_name(
    schema: Schema,
    inputs: Properties,
    old: Properties,
    *,
    logical: str,
    seed: bytes,
    proposal: Proposal,
) -> Properties:
    """Return the inputs with a physical name: the program's, the earlier one, or a new one."""
    key = name_property(schema)
    given = {name: value for name, value in inputs.items() if name != DEFAULTS}
    if key is None or given.get(key) is not None:
        return given
    prefix = given.get(f"{key}Prefix")
    if old.get(key) and key in old.get(DEFAULTS, []) and old.get(f"{key}Prefix") == prefix:
        return {**given, key: old[key], DEFAULTS: [key]}
    name = _new_name(schema.token, given, logical, prefix, seed, proposal)
    return {**given, key: name, DEFAULTS: [key]}


def _new_name(
    token: str,
    inputs: Properties,
    logical: str,
    prefix: Any,
    seed: bytes,
    proposal: Proposal,
) -> str:
    longest = _LONGEST.get(token, 128)
    ending = ".fifo" if inputs.get("fifoQueue") or inputs.get("fifoTopic") else ""
    digits = hashlib.sha256(seed).hexdigest() if seed else secrets.token_hex(16)
    if isinstance(prefix, str):
        return f"{prefix}{digits[:26]}"[: longest - len(ending)] + ending
    if proposal.mode == "disable":
        raise NameNeededError("automatic names are disabled in this project; give a name")
    start = _PREFIXES.get(token, "")
    if proposal.mode in ("propose", "enforce") and proposal.name:
        name = proposal.name
    else:
        room = longest - len(ending) - len(start) - 8
        name = f"{logical[:room]}-{digits[:7]}"
    if token in _LOWER_CASE:
        name = re.sub(r"[^a-z0-9._/-]", "-", name.lower())
    return f"{start}{name.removeprefix(start)}{ending}"
