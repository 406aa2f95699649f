"""An identity for one kind of work, under a ceiling it cannot lift."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from infra.administration.statements import Statement, document


@dataclass(frozen=True, kw_only=True)
class BoundedRoleArgs:
    """What a caller decides about a `BoundedRole`."""

    description: str
    """What the role is for, in the words of an access review."""

    path: str
    """Path of the role; who may pass roles is decided by it."""

    boundary_arn: pulumi.Input[str]
    """The ceiling over everything the role is given."""

    trust: Statement
    """Who may become this role, and on which conditions."""

    statements: Sequence[Statement] = ()
    """What the role may do."""

    managed_policies: tuple[str, ...] = ()
    """Names of AWS's own policies, for the roles of AWS's own services."""

    def __post_init__(self) -> None:
        if not (self.path.startswith("/") and self.path.endswith("/")):
            raise ValueError(f"path must begin and end with a slash, got {self.path!r}")
        if not self.statements and not self.managed_policies:
            raise ValueError("statements or managed_policies must give the role something to do")


class BoundedRole(pulumi.ComponentResource):
    """A role with short sessions, one trust, and a permissions boundary."""

    arn: pulumi.Output[str]
    ready: pulumi.Output[str]

    def __init__(
        self,
        name: str,
        args: BoundedRoleArgs,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("modelyard:administration:BoundedRole", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)

        role = aws.iam.Role(
            f"{name}-role",
            description=args.description,
            path=args.path,
            assume_role_policy=document([args.trust]),
            permissions_boundary=args.boundary_arn,
            max_session_duration=3600,
            opts=child,
        )
        grants: list[pulumi.Output[str]] = []
        if args.statements:
            policy = aws.iam.RolePolicy(
                f"{name}-policy",
                role=role.name,
                policy=document(args.statements),
                opts=child,
            )
            grants.append(policy.id)
        for managed in args.managed_policies:
            attachment = aws.iam.RolePolicyAttachment(
                f"{name}-{managed}",
                role=role.name,
                policy_arn=f"arn:aws:iam::aws:policy/{managed}",
                opts=child,
            )
            grants.append(attachment.id)

        self.arn = role.arn
        # Whoever starts work at creation time waits for the grants by taking this ARN.
        self.ready = pulumi.Output.all(role.arn, *grants).apply(lambda known: str(known[0]))
        self.register_outputs({"arn": self.arn, "ready": self.ready})
