"""Roles stand under a ceiling; documents name what they allow and to whom."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from policy.documents import (
    CARRIERS,
    IDENTITY,
    RESOURCE,
    covers,
    label,
    many,
    principals,
    statements,
)
from policy.rule import Inputs, Rule, section

_ANY_ACTION = "any:action"
"""Of no service: only what allows everything covers it."""


def _unbounded(inputs: Inputs) -> Iterator[str]:
    if "permissionsBoundary" not in inputs:
        yield "permissionsBoundary must be set"
    if (inputs.get("maxSessionDuration") or 3600) > 3600:
        yield "maxSessionDuration must be at most 3600 seconds"


def _loose_trust(inputs: Inputs) -> Iterator[str]:
    for statement in statements(inputs, "assumeRolePolicy"):
        who = principals(statement)
        if "*" in who:
            yield f"{label(statement)}: Principal must not be *"
        narrowed = _condition_keys(statement)
        for service in who:
            # EC2 sends no source; a node's role is bound by its instance profile instead.
            sourced = service.endswith(".amazonaws.com") and service != "ec2.amazonaws.com"
            if sourced and not narrowed & {"aws:SourceAccount", "aws:SourceArn"}:
                yield f"{label(statement)}: {service} needs aws:SourceAccount or aws:SourceArn"
            if service.endswith(":root") and "aws:PrincipalArn" not in narrowed:
                yield f"{label(statement)}: an account must be narrowed by aws:PrincipalArn"


def _everything(inputs: Inputs) -> Iterator[str]:
    for statement in _allows(inputs, *set(CARRIERS.values())):
        if covers(statement, _ANY_ACTION) and not _confined(statement):
            yield f"{label(statement)}: Action must not be *"
        if "NotAction" in statement or "NotResource" in statement:
            yield f"{label(statement)}: say what is allowed, not what is not"


def _free_passing(inputs: Inputs) -> Iterator[str]:
    for statement in _allows(inputs, "policy"):
        if not covers(statement, "iam:PassRole"):
            continue
        paths = [each for each in many(statement.get("Resource")) if each != "*"]
        services = "iam:PassedToService" in _condition_keys(statement)
        if not services and not paths:
            yield f"{label(statement)}: iam:PassRole needs a path or iam:PassedToService"


def _free_decryption(inputs: Inputs) -> Iterator[str]:
    for statement in _allows(inputs, "policy"):
        wide = "*" in many(statement.get("Resource"))
        if wide and covers(statement, "kms:Decrypt") and not _condition_keys(statement):
            yield f"{label(statement)}: kms:Decrypt on * must name keys or a condition"


def _strangers(inputs: Inputs) -> Iterator[str]:
    for statement in _allows(inputs, "policy"):
        if "*" in principals(statement) and not _condition_keys(statement):
            yield f"{label(statement)}: Principal must not be * without a condition"


def _allows(inputs: Inputs, *keys: str) -> Iterator[Any]:
    return (each for each in statements(inputs, *keys) if each.get("Effect") == "Allow")


def _condition_keys(statement: Any) -> set[str]:
    tests = section(statement.get("Condition")).values()
    return {key for test in tests for key in section(test)}


def _confined(statement: Any) -> bool:
    """An endpoint's policy may allow all actions: who asks is what it decides."""
    return "aws:PrincipalAccount" in _condition_keys(statement)


RULES = (
    Rule(
        name="role-stands-under-a-boundary",
        description="No role can grow beyond its ceiling, and sessions are short.",
        standards=("CKV_AWS_286", "CKV_AWS_110", "CIS-AWS-1.20"),
        types=("aws:iam/role:Role",),
        problems=_unbounded,
    ),
    Rule(
        name="trust-names-one-source",
        description="A service can act for our account only, and an account through named roles.",
        standards=("CKV_AWS_60", "CKV_AWS_61"),
        types=("aws:iam/role:Role",),
        problems=_loose_trust,
    ),
    Rule(
        name="nobody-may-do-everything",
        description="Policies list actions; none allows all of them.",
        standards=("IAM.1", "CKV_AWS_62", "CKV_AWS_63", "CIS-AWS-1.15"),
        types=IDENTITY,
        problems=_everything,
    ),
    Rule(
        name="roles-are-passed-on-purpose",
        description="iam:PassRole names the roles or the service it is for.",
        standards=("AWS-0342", "CKV_AWS_289"),
        types=IDENTITY,
        problems=_free_passing,
    ),
    Rule(
        name="keys-are-named-where-data-is-opened",
        description="kms:Decrypt names its keys, or the condition that stands for them.",
        standards=("KMS.1", "KMS.2"),
        types=IDENTITY,
        problems=_free_decryption,
    ),
    Rule(
        name="resource-policy-knows-its-readers",
        description="No bucket, queue, topic, key or repository is open to the world.",
        standards=("S3.6", "SQS.3", "SNS.4", "KMS.5", "CKV_AWS_32", "CKV_AWS_33", "CKV_AWS_70"),
        types=RESOURCE,
        problems=_strangers,
    ),
)
