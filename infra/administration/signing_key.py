"""The key pair that says who vouched for a model; its private half never leaves KMS."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from infra.administration.statements import allow, document, granted_to


@dataclass(frozen=True, kw_only=True)
class SigningKeyArgs:
    """What a caller decides about a `SigningKey`."""

    purpose: str
    """What a signature by this key states."""

    account_id: str
    """The account whose IAM policies decide who signs."""

    def __post_init__(self) -> None:
        if not self.purpose:
            raise ValueError("purpose must say what a signature states, got ''")


class SigningKey(pulumi.ComponentResource):
    """An asymmetric key for signatures that anybody with the public half can verify.

    It does not rotate: old signatures must verify for as long as the ledger is kept.
    """

    arn: pulumi.Output[str]

    def __init__(
        self,
        name: str,
        args: SigningKeyArgs,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("modelyard:administration:SigningKey", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)

        root = {"AWS": f"arn:aws:iam::{args.account_id}:root"}
        key = aws.kms.Key(
            f"{name}-key",
            description=f"Signs {args.purpose}",
            key_usage="SIGN_VERIFY",
            customer_master_key_spec="ECC_NIST_P256",
            deletion_window_in_days=30,
            bypass_policy_lockout_safety_check=False,
            policy=document([granted_to(allow("DelegateToAccountPolicies", "kms:*", "*"), root)]),
            opts=child,
        )
        aws.kms.Alias(f"{name}-alias", target_key_id=key.key_id, opts=child)

        self.arn = key.arn
        self.register_outputs({"arn": self.arn})
