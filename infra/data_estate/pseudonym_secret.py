"""The key of the keyed hash by which identities become pseudonyms; it never leaves its account."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

KEY_BYTES = 32


@dataclass(frozen=True, kw_only=True)
class PseudonymSecretArgs:
    """What a caller decides about a `PseudonymSecret`."""

    key_arn: pulumi.Input[str]
    """Key that encrypts the secret."""


class PseudonymSecret(pulumi.ComponentResource):
    """A random key, made once: another key would break every join with older mirrors."""

    secret_arn: pulumi.Output[str]

    def __init__(
        self,
        name: str,
        args: PseudonymSecretArgs,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("modelyard:data_estate:PseudonymSecret", name, None, opts)

        secret = aws.secretsmanager.Secret(
            f"{name}-secret",
            description="Keyed hash of identities in the redacted mirror",
            kms_key_id=args.key_arn,
            recovery_window_in_days=30,
            opts=pulumi.ResourceOptions(parent=self),
        )
        version = aws.secretsmanager.SecretVersion(
            f"{name}-value",
            secret_id=secret.id,
            secret_string=pulumi.Output.secret(secrets.token_hex(KEY_BYTES)),
            # Each run of the program draws a number; only the first one counts.
            opts=pulumi.ResourceOptions(parent=self, ignore_changes=["secret_string"]),
        )

        # Whoever takes the ARN can read a value.
        self.secret_arn = pulumi.Output.all(secret.arn, version.version_id).apply(
            lambda known: str(known[0])
        )
        self.register_outputs({"secret_arn": self.secret_arn})
