"""The bucket that remembers who touched the other buckets."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from infra.administration.bucket_policy import guard_statements
from infra.administration.private_bucket import close_bucket, keep_versions
from infra.administration.statements import allow, document, granted_to


@dataclass(frozen=True, kw_only=True)
class AccessLogArgs:
    """What a caller decides about an `AccessLog`."""

    account_id: str
    """The account whose buckets are logged here."""

    retention_days: int
    """How long an overwritten or deleted log can still be restored."""

    disposable: bool = False
    """Let `pulumi destroy` delete the logs. Meant for short-lived stacks."""

    def __post_init__(self) -> None:
        if self.retention_days < 1:
            raise ValueError(f"retention_days must be at least 1, got {self.retention_days}")


class AccessLog(pulumi.ComponentResource):
    """A bucket only S3's log delivery writes to; it does not log itself."""

    bucket_name: pulumi.Output[str]

    def __init__(
        self,
        name: str,
        args: AccessLogArgs,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("modelyard:administration:AccessLog", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)

        bucket = aws.s3.Bucket(f"{name}-bucket", force_destroy=args.disposable, opts=child)
        close_bucket(name, bucket, child)
        aws.s3.BucketServerSideEncryptionConfiguration(
            f"{name}-encryption",
            bucket=bucket.bucket,
            # Log delivery cannot write under a customer's key.
            rules=[{"apply_server_side_encryption_by_default": {"sse_algorithm": "AES256"}}],
            opts=child,
        )
        delivery = allow(
            "LogDelivery",
            "s3:PutObject",
            pulumi.Output.concat(bucket.arn, "/*"),
            {"StringEquals": {"aws:SourceAccount": args.account_id}},
        )
        aws.s3.BucketPolicy(
            f"{name}-policy",
            bucket=bucket.bucket,
            policy=document(
                [
                    *guard_statements(bucket.arn, None),
                    granted_to(delivery, {"Service": ["logging.s3.amazonaws.com"]}),
                ]
            ),
            opts=child,
        )
        keep_versions(name, bucket, args.retention_days, child)

        self.bucket_name = bucket.bucket
        self.register_outputs({"bucket_name": self.bucket_name})
