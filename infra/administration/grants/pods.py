"""What pods may do: answer from a verified package and record the answers; no more."""

from __future__ import annotations

from infra.administration.grants.access import Access, under
from infra.administration.grants.jobs import READ, USE_KEY, WRITE
from infra.administration.statements import Statement, allow, through


def serving_statements(access: Access) -> list[Statement]:
    """Read packages and as-of features, verify, and put capture segments."""
    buckets, keys = access.buckets, access.keys
    region = access.region
    return [
        # The folder is listed to see whether anything was added to what was signed.
        allow(
            "ListPackages",
            "s3:ListBucket",
            buckets.artifacts,
            {"StringLike": {"s3:prefix": ["packages/*"]}},
        ),
        allow("ReadPackages", READ, under(buckets.artifacts, "packages")),
        allow("DecryptPackages", "kms:Decrypt", keys.artifacts, through("s3", region)),
        allow("VerifySignature", ["kms:GetPublicKey", "kms:Verify"], keys.signing),
        allow("ReadFeatures", READ, under(buckets.lakehouse, "features")),
        allow("PutCapture", WRITE, under(buckets.lakehouse, "capture")),
        allow("UseDataKey", USE_KEY, keys.data, through("s3", region)),
    ]


def collector_statements(access: Access) -> list[Statement]:
    """Merge capture segments into the predictions table, exactly once."""
    buckets, keys = access.buckets, access.keys
    tables = under(buckets.lakehouse, "capture", "predictions")
    return [
        allow(
            "FindSegments",
            "s3:ListBucket",
            buckets.lakehouse,
            {
                "StringLike": {
                    "s3:prefix": ["capture", "capture/*", "predictions", "predictions/*"]
                }
            },
        ),
        allow("MergeSegments", [*READ, *WRITE, "s3:DeleteObject"], tables),
        allow("UseDataKey", USE_KEY, keys.data, through("s3", access.region)),
    ]
