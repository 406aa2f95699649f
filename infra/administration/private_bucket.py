"""Object storage as the platform gives it out: private, versioned, encrypted, logged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from infra.administration.bucket_policy import guard_statements
from infra.administration.object_lock import ObjectLock, lock_objects
from infra.administration.statements import Statement, document


@dataclass(frozen=True, kw_only=True)
class PrivateBucketArgs:
    """What a caller decides about a `PrivateBucket`."""

    key_arn: pulumi.Input[str]
    """Key that encrypts every object at rest."""

    log_bucket_name: pulumi.Input[str]
    """Where access to this bucket is recorded."""

    recovery_days: int
    """How long an overwritten or deleted object can still be restored."""

    disposable: bool = False
    """Let `pulumi destroy` delete stored objects. Meant for short-lived stacks."""

    name: str | None = None
    """Physical name, only where a reader outside the account must know it."""

    lock: ObjectLock | None = None
    """Make objects unchangeable. Only a new bucket can be given a lock."""

    statements: Sequence[Statement] = ()
    """Further statements of the bucket's policy; `Resource` entries are relative paths."""

    def __post_init__(self) -> None:
        if self.recovery_days < 1:
            raise ValueError(f"recovery_days must be at least 1, got {self.recovery_days}")


class PrivateBucket(pulumi.ComponentResource):
    """A private, versioned bucket encrypted with a caller-owned key.

    Lineage records point at object versions, so versioning is not optional.
    """

    bucket_name: pulumi.Output[str]
    bucket_arn: pulumi.Output[str]

    def __init__(
        self,
        name: str,
        args: PrivateBucketArgs,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("modelyard:administration:PrivateBucket", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)

        bucket = aws.s3.Bucket(
            f"{name}-bucket",
            bucket=args.name,
            force_destroy=args.disposable,
            object_lock_enabled=args.lock is not None,
            opts=child,
        )
        close_bucket(name, bucket, child)
        self._encrypt(name, bucket, args.key_arn)
        aws.s3.BucketPolicy(
            f"{name}-policy",
            bucket=bucket.bucket,
            policy=document(
                [*guard_statements(bucket.arn, args.key_arn), *_placed(args, bucket.arn)]
            ),
            opts=child,
        )
        aws.s3.BucketLogging(
            f"{name}-access-log",
            bucket=bucket.bucket,
            target_bucket=args.log_bucket_name,
            target_prefix=f"{name}/",
            opts=child,
        )
        aws.s3.BucketNotification(
            f"{name}-events", bucket=bucket.bucket, eventbridge=True, opts=child
        )
        versioning = keep_versions(name, bucket, args.recovery_days, child)
        if args.lock is not None:
            lock_objects(name, bucket, args.lock, [versioning], self)

        self.bucket_name = bucket.bucket
        self.bucket_arn = bucket.arn
        self.register_outputs({"bucket_name": self.bucket_name, "bucket_arn": self.bucket_arn})

    def _encrypt(
        self, name: str, bucket: aws.s3.Bucket, key_arn: pulumi.Input[str]
    ) -> aws.s3.BucketServerSideEncryptionConfiguration:
        """Encrypt what arrives with the caller's key, whether or not the writer asks for it."""
        return aws.s3.BucketServerSideEncryptionConfiguration(
            f"{name}-encryption",
            bucket=bucket.bucket,
            rules=[
                {
                    "apply_server_side_encryption_by_default": {
                        "sse_algorithm": "aws:kms",
                        "kms_master_key_id": key_arn,
                    },
                    # One data key per bucket instead of per object: KMS bills per request.
                    "bucket_key_enabled": True,
                }
            ],
            opts=pulumi.ResourceOptions(parent=self),
        )


def close_bucket(name: str, bucket: aws.s3.Bucket, child: pulumi.ResourceOptions) -> None:
    """Shut every public way in, and let the bucket's owner own what is written to it."""
    aws.s3.BucketPublicAccessBlock(
        f"{name}-private",
        bucket=bucket.bucket,
        block_public_acls=True,
        block_public_policy=True,
        ignore_public_acls=True,
        restrict_public_buckets=True,
        opts=child,
    )
    aws.s3.BucketOwnershipControls(
        f"{name}-ownership",
        bucket=bucket.bucket,
        rule={"object_ownership": "BucketOwnerEnforced"},
        opts=child,
    )


def keep_versions(
    name: str, bucket: aws.s3.Bucket, recovery_days: int, child: pulumi.ResourceOptions
) -> aws.s3.BucketVersioning:
    """Keep what is overwritten or deleted for `recovery_days`, and no longer."""
    versioning = aws.s3.BucketVersioning(
        f"{name}-versioning",
        bucket=bucket.bucket,
        versioning_configuration={"status": "Enabled"},
        opts=child,
    )
    aws.s3.BucketLifecycleConfiguration(
        f"{name}-lifecycle",
        bucket=bucket.bucket,
        rules=[
            {
                "id": "expire-superseded-versions",
                "status": "Enabled",
                "filter": {"prefix": ""},
                "noncurrent_version_expiration": {"noncurrent_days": recovery_days},
                # An upload that died leaves parts that cost money and belong to nobody.
                "abort_incomplete_multipart_upload": {"days_after_initiation": 7},
            }
        ],
        # Superseded versions only exist once versioning is on.
        opts=pulumi.ResourceOptions(parent=child.parent, depends_on=[versioning]),
    )
    return versioning


def _placed(args: PrivateBucketArgs, bucket_arn: pulumi.Output[str]) -> list[Statement]:
    """The caller's statements, their relative paths led into this bucket."""
    return [
        {
            **statement,
            "Resource": [
                bucket_arn if path == "" else pulumi.Output.concat(bucket_arn, "/", path)
                for path in statement["Resource"]
            ],
        }
        for statement in args.statements
    ]
