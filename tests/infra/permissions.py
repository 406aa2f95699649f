"""Asks a role's policy, as a program deployed it, whether one request is allowed."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from fnmatch import fnmatchcase
from typing import Any

from tests.infra.stacks import platform_of

Context = Mapping[str, str]

CONDITIONS: dict[str, Callable[[str | None, list[str]], bool]] = {
    "Null": lambda value, wanted: (value is None) == (wanted == ["true"]),
    "StringEquals": lambda value, wanted: value in wanted,
    "StringEqualsIfExists": lambda value, wanted: value is None or value in wanted,
    "ForAllValues:StringEquals": lambda value, wanted: value is None or value in wanted,
}
"""The operators that the roles' policies use; another one fails the test that meets it."""


def allows(environment: str, role: str, action: str, resource: str, **context: str) -> bool:
    """Whether the role's own policy lets it do `action` (dashes of context keys as underscores).

    The account's buckets and keys have the ARNs that the engine stand-in gives them.
    """
    request = {"s3:" + key.replace("_", "-"): value for key, value in context.items()}
    matching = [
        statement
        for statement in statements_of(environment, role)
        if _names(statement["Action"], action)
        and _names(statement["Resource"], resource)
        and _holds(statement.get("Condition", {}), request)
    ]
    effects = {statement["Effect"] for statement in matching}
    return effects == {"Allow"}


def statements_of(environment: str, role: str) -> list[dict[str, Any]]:
    """The statements of a role's own policy."""
    (policy,) = (
        each
        for each in platform_of(environment).all("aws:iam/rolePolicy:RolePolicy")
        if each.name == f"{role}-policy"
    )
    statements: list[dict[str, Any]] = json.loads(policy.inputs["policy"])["Statement"]
    return statements


def _names(patterns: list[str], value: str) -> bool:
    return any(fnmatchcase(value, pattern) for pattern in patterns)


def _holds(condition: Mapping[str, Mapping[str, Any]], request: Context) -> bool:
    return all(
        CONDITIONS[operator](request.get(key), [wanted] if isinstance(wanted, str) else wanted)
        for operator, keys in condition.items()
        for key, wanted in keys.items()
    )
