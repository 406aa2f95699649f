"""What no caller may do to a bucket, whatever their own policies allow."""

from __future__ import annotations

import pulumi

from infra.administration.statements import Statement, deny, granted_to


def guard_statements(
    bucket_arn: pulumi.Input[str], key_arn: pulumi.Input[str] | None
) -> list[Statement]:
    """Refuse plain HTTP, old TLS, and uploads under a key that is not the bucket's."""
    objects = pulumi.Output.concat(bucket_arn, "/*")
    everything: list[pulumi.Input[str]] = [bucket_arn, objects]
    statements = [
        deny("OnlyOverTls", "s3:*", everything, {"Bool": {"aws:SecureTransport": "false"}}),
        deny("OnlyModernTls", "s3:*", everything, {"NumericLessThan": {"s3:TlsVersion": "1.2"}}),
    ]
    if key_arn is not None:
        header = "s3:x-amz-server-side-encryption-aws-kms-key-id"
        # Without the header S3 takes the bucket's default key, which is right.
        wrong_key = {"StringNotEquals": {header: key_arn}, "Null": {header: "false"}}
        statements.append(deny("OnlyUnderOurKey", "s3:PutObject", objects, wrong_key))
    return [granted_to(statement, "*") for statement in statements]
