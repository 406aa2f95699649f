"""What a person who promotes models may do: read the evidence, sign, and ask; never deploy."""

from __future__ import annotations

from infra.administration.grants.access import Access, under
from infra.administration.grants.jobs import READ
from infra.administration.grants.ledger import ledger_statements
from infra.administration.statements import Statement, allow, deny, through
from infra.names import REQUEST_SOURCE, REQUESTS


def promoter_statements(access: Access) -> list[Statement]:
    """Write a signed approval once, record it, and put the request on the event bus."""
    buckets, keys = access.buckets, access.keys
    once = {
        "Null": {"s3:if-none-match": "false"},
        "StringEqualsIfExists": {"s3:x-amz-server-side-encryption": "aws:kms"},
    }
    return [
        allow("FindEvidence", "s3:ListBucket", [buckets.artifacts, buckets.audit]),
        allow(
            "ReadEvidence",
            READ,
            [
                *under(buckets.artifacts, "evidence", "packages", "releases", "runs"),
                *under(buckets.audit, "approvals", "waivers"),
            ],
        ),
        allow(
            "WriteApprovalOnce", "s3:PutObject", under(buckets.audit, "approvals", "waivers"), once
        ),
        allow(
            "UseArtifactsKey",
            ["kms:Decrypt", "kms:GenerateDataKey"],
            keys.artifacts,
            through("s3", access.region),
        ),
        allow(
            "SignApproval",
            ["kms:GetPublicKey", "kms:Sign", "kms:Verify"],
            keys.approval,
            {"StringEqualsIfExists": {"kms:SigningAlgorithm": "ECDSA_SHA_256"}},
        ),
        allow("VerifyPackage", ["kms:GetPublicKey", "kms:Verify"], keys.signing),
        allow(
            "SeeVersions",
            [
                "sagemaker:DescribeModelPackage",
                "sagemaker:DescribeModelPackageGroup",
                "sagemaker:ListModelPackages",
            ],
            [
                access.arn("sagemaker", "model-package-group/*"),
                access.arn("sagemaker", "model-package/*"),
            ],
        ),
        allow(
            "AskForDelivery",
            "events:PutEvents",
            access.arn("events", "event-bus/default"),
            {
                "ForAllValues:StringEquals": {
                    "events:source": REQUEST_SOURCE,
                    "events:detail-type": list(REQUESTS),
                },
                # ForAllValues alone is true for a request that names nothing.
                "Null": {"events:source": "false", "events:detail-type": "false"},
            },
        ),
        # What a person decides is in the ledger before delivery hears of it.
        *ledger_statements(access),
        deny("NeverByAPerson", ["s3:DeleteObject*", "sagemaker:UpdateModelPackage"], "*"),
    ]
