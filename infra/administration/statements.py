"""IAM documents as values: the few shapes every policy of the platform is written in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pulumi

Statement = dict[str, Any]
Names = pulumi.Input[str] | Sequence[pulumi.Input[str]]


def allow(
    sid: str, actions: Names, resources: Names, condition: dict[str, Any] | None = None
) -> Statement:
    """Allow `actions` on `resources`, as far as `condition` holds."""
    return _statement("Allow", sid, actions, resources, condition)


def deny(
    sid: str, actions: Names, resources: Names, condition: dict[str, Any] | None = None
) -> Statement:
    """Forbid `actions` on `resources`, whatever else allows them."""
    return _statement("Deny", sid, actions, resources, condition)


def granted_to(statement: Statement, principal: dict[str, Any] | str) -> Statement:
    """The statement as a resource policy needs it: with whom it is about."""
    return {**statement, "Principal": principal}


def document(statements: Sequence[Statement]) -> pulumi.Output[str]:
    """The policy document that holds `statements`."""
    return pulumi.Output.json_dumps({"Version": "2012-10-17", "Statement": list(statements)})


def through(service: str, region: str) -> dict[str, Any]:
    """A condition: the key is used on the caller's behalf by `service` only."""
    return {"StringEquals": {"kms:ViaService": f"{service}.{region}.amazonaws.com"}}


def _statement(
    effect: str, sid: str, actions: Names, resources: Names, condition: dict[str, Any] | None
) -> Statement:
    # A policy with one element and one with a list of one mean the same; lists diff better.
    many = [list(n) if isinstance(n, (list, tuple)) else [n] for n in (actions, resources)]
    statement: Statement = {"Sid": sid, "Effect": effect, "Action": many[0], "Resource": many[1]}
    return {**statement, "Condition": condition} if condition else statement
