"""The ceiling over every role: no grant below it reaches further than this."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from infra.administration.statements import Statement, document


@dataclass(frozen=True, kw_only=True)
class PermissionsBoundaryArgs:
    """What a caller decides about a `PermissionsBoundary`."""

    description: str
    """Which roles stand under this ceiling."""

    path: str
    """Path of the policy."""

    statements: Sequence[Statement]
    """The most that any role below may be given."""


class PermissionsBoundary(pulumi.ComponentResource):
    """A policy that grants nothing by itself and caps everything below it."""

    arn: pulumi.Output[str]

    def __init__(
        self,
        name: str,
        args: PermissionsBoundaryArgs,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("modelyard:administration:PermissionsBoundary", name, None, opts)

        policy = aws.iam.Policy(
            f"{name}-policy",
            description=args.description,
            path=args.path,
            policy=document(args.statements),
            opts=pulumi.ResourceOptions(parent=self),
        )

        self.arn = policy.arn
        self.register_outputs({"arn": self.arn})
