"""A key per purpose, so that one grant never opens a second kind of data."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from infra.administration.statements import Statement, allow, document, granted_to


@dataclass(frozen=True, kw_only=True)
class EncryptionKeyArgs:
    """What a caller decides about an `EncryptionKey`."""

    purpose: str
    """What the key protects; becomes part of its alias."""

    account_id: str
    """The account whose IAM policies decide who uses the key."""

    services: tuple[str, ...] = ()
    """AWS services that use the key for this account, as service principals."""

    readers: tuple[str, ...] = ()
    """Other accounts whose roles may decrypt through S3."""

    def __post_init__(self) -> None:
        if not self.purpose:
            raise ValueError("purpose must say what the key protects, got ''")
        if self.account_id in self.readers:
            raise ValueError(f"readers must be other accounts, got {self.account_id}")


class EncryptionKey(pulumi.ComponentResource):
    """A symmetric key that rotates every year and takes 30 days to delete."""

    arn: pulumi.Output[str]

    def __init__(
        self,
        name: str,
        args: EncryptionKeyArgs,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("modelyard:administration:EncryptionKey", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)

        key = aws.kms.Key(
            f"{name}-key",
            description=f"Protects {args.purpose}",
            enable_key_rotation=True,
            rotation_period_in_days=365,
            deletion_window_in_days=30,
            bypass_policy_lockout_safety_check=False,
            policy=document(key_statements(args)),
            opts=child,
        )
        # An autonamed alias is what a person sees in the console instead of an id.
        aws.kms.Alias(f"{name}-alias", target_key_id=key.key_id, opts=child)

        self.arn = key.arn
        self.register_outputs({"arn": self.arn})


def key_statements(args: EncryptionKeyArgs) -> list[Statement]:
    """Delegation to the account's own policies, and narrow uses by services and readers."""
    root = {"AWS": f"arn:aws:iam::{args.account_id}:root"}
    statements = [granted_to(allow("DelegateToAccountPolicies", "kms:*", "*"), root)]
    if args.services:
        use = allow(
            "UseByServicesOfThisAccount",
            ["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey*"],
            "*",
            {"StringEquals": {"aws:SourceAccount": args.account_id}},
        )
        statements.append(granted_to(use, {"Service": list(args.services)}))
    if args.readers:
        read = allow(
            "ReadThroughS3FromOtherAccounts",
            ["kms:Decrypt", "kms:DescribeKey"],
            "*",
            {"StringLike": {"kms:ViaService": "s3.*.amazonaws.com"}},
        )
        accounts = [f"arn:aws:iam::{account}:root" for account in args.readers]
        statements.append(granted_to(read, {"AWS": accounts}))
    return statements
