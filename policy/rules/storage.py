"""Buckets are closed, encrypted, versioned; their keys rotate."""

from __future__ import annotations

from collections.abc import Iterator

from policy.documents import statements
from policy.rule import Inputs, Rule, entries, section

ENCRYPTION = (
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration"
)
CLOSED = ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets")
INLINE = (
    "acl",
    "grants",
    "lifecycleRules",
    "logging",
    "objectLockConfiguration",
    "policy",
    "replicationConfiguration",
    "serverSideEncryptionConfiguration",
    "versioning",
)


def _open_ways(inputs: Inputs) -> Iterator[str]:
    for key in CLOSED:
        if inputs.get(key) is not True:
            yield f"{key} must be true"


def under_key_of_s3(inputs: Inputs) -> bool:
    """Whether a bucket's objects are encrypted by S3 with a key that nobody else sees."""
    defaults = (
        section(section(rule).get("applyServerSideEncryptionByDefault"))
        for rule in entries(inputs.get("rules"))
    )
    return any(default.get("sseAlgorithm") == "AES256" for default in defaults)


def _weak_encryption(inputs: Inputs) -> Iterator[str]:
    rules = entries(inputs.get("rules"))
    if not rules:
        yield "rules must name an encryption"
    # Which bucket may lie under S3's own key is for the stack to say.
    if under_key_of_s3(inputs):
        return
    for rule in rules:
        default = section(rule.get("applyServerSideEncryptionByDefault"))
        algorithm = default.get("sseAlgorithm")
        if algorithm not in ("aws:kms", "aws:kms:dsse") or "kmsMasterKeyId" not in default:
            yield "sseAlgorithm must be aws:kms with a key of our own"
        if rule.get("bucketKeyEnabled") is not True:
            yield "bucketKeyEnabled must be true, or KMS bills every request"


def _unversioned(inputs: Inputs) -> Iterator[str]:
    if section(inputs.get("versioningConfiguration")).get("status") != "Enabled":
        yield "versioningConfiguration.status must be Enabled"


def _plain_http(inputs: Inputs) -> Iterator[str]:
    if not isinstance(inputs.get("policy"), str):
        # Not known before the bucket is: judged when it is, at the update itself.
        return
    refusals = [
        statement
        for statement in statements(inputs, "policy")
        if statement.get("Effect") == "Deny"
        and section(section(statement.get("Condition")).get("Bool")).get("aws:SecureTransport")
        == "false"
    ]
    if not refusals:
        yield "policy must deny requests whose aws:SecureTransport is false"


def _inline_settings(inputs: Inputs) -> Iterator[str]:
    for key in INLINE:
        if inputs.get(key):
            yield f"{key} must be a resource of its own; inline, both would fight"


def _still_keys(inputs: Inputs) -> Iterator[str]:
    if inputs.get("keyUsage") not in ("SIGN_VERIFY", "GENERATE_VERIFY_MAC") and (
        inputs.get("enableKeyRotation") is not True
    ):
        yield "enableKeyRotation must be true for a key that encrypts"
    if inputs.get("deletionWindowInDays") != 30:
        yield "deletionWindowInDays must be 30, the time to notice a mistake"
    if inputs.get("bypassPolicyLockoutSafetyCheck") is True:
        yield "bypassPolicyLockoutSafetyCheck must not be true"


BUCKET = "aws:s3/bucket:Bucket"
RULES = (
    Rule(
        name="bucket-is-closed-to-the-public",
        description="Every way of making a bucket public is shut.",
        standards=("S3.2", "S3.3", "S3.8", "CKV_AWS_53", "CKV_AWS_56", "CIS-AWS-2.1.4"),
        types=("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",),
        problems=_open_ways,
    ),
    Rule(
        name="bucket-is-encrypted-with-our-key",
        description="Objects are encrypted with a key whose use we decide and can see.",
        standards=("S3.17", "CKV_AWS_145", "AWS-0132"),
        types=(ENCRYPTION,),
        problems=_weak_encryption,
    ),
    Rule(
        name="bucket-keeps-versions",
        description="What is overwritten or deleted can be restored.",
        standards=("S3.14", "CKV_AWS_21", "AWS-0090"),
        types=("aws:s3/bucketVersioning:BucketVersioning",),
        problems=_unversioned,
    ),
    Rule(
        name="bucket-speaks-tls-only",
        description="No object travels in the clear.",
        standards=("S3.5", "CKV_AWS_379", "CIS-AWS-2.1.1"),
        types=("aws:s3/bucketPolicy:BucketPolicy",),
        problems=_plain_http,
    ),
    Rule(
        name="bucket-has-no-inline-settings",
        description="Each setting of a bucket has one home.",
        standards=("CKV2_AWS_65",),
        types=(BUCKET,),
        problems=_inline_settings,
    ),
    Rule(
        name="key-rotates-and-dies-slowly",
        description="Keys rotate every year and take 30 days to delete.",
        standards=("KMS.3", "KMS.4", "CKV_AWS_7", "AWS-0065", "CIS-AWS-3.6"),
        types=("aws:kms/key:Key",),
        problems=_still_keys,
    ),
)
