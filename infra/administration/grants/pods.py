"""What pods may do: answer from a verified package and record the answers; no more."""

from __future__ import annotations

from infra.administration.grants.access import Access, under
from infra.administration.grants.jobs import READ, USE_KEY, WRITE
from infra.administration.statements import Statement, allow, through
from ml.workloads import METRIC_NAMESPACE


def serving_statements(access: Access) -> list[Statement]:
    """Read packages and as-of tables, verify, and put segments of answers and labels."""
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
        # Without listing: an object in it names the files that belong together.
        allow("ReadAsOfTables", READ, under(buckets.lakehouse, "asof")),
        # Put only: what was captured can be neither read nor taken back here.
        allow("PutCapture", WRITE, under(buckets.lakehouse, "capture", "feedback")),
        allow("UseDataKey", USE_KEY, keys.data, through("s3", region)),
    ]


def collector_statements(access: Access) -> list[Statement]:
    """Merge segments into the tables of predictions and labels, exactly once."""
    buckets, keys = access.buckets, access.keys
    places = ("capture", "feedback", "labels", "predictions")
    return [
        allow(
            "FindSegments",
            "s3:ListBucket",
            buckets.lakehouse,
            {
                "StringLike": {
                    "s3:prefix": [
                        p for place in (*places, "metrics") for p in (place, f"{place}/*")
                    ]
                }
            },
        ),
        allow(
            "MergeSegments", [*READ, *WRITE, "s3:DeleteObject"], under(buckets.lakehouse, *places)
        ),
        # What it shows to Prometheus.
        allow("ReadMetrics", READ, under(buckets.lakehouse, "metrics")),
        allow("UseDataKey", USE_KEY, keys.data, through("s3", access.region)),
    ]


def watch_statements(access: Access) -> list[Statement]:
    """Read answers, labels and what packages say of their held-out rows; tell what was found."""
    buckets, keys, region = access.buckets, access.keys, access.region
    zones = ("predictions", "labels", "metrics", "reports/watch")
    facts = [
        arn
        for name in ("manifest.json", "fingerprint.json", "metrics.json", "inputs.json")
        for arn in under(buckets.artifacts, "packages/*", name=name)
    ]
    return [
        allow(
            "FindTables",
            "s3:ListBucket",
            buckets.lakehouse,
            {
                "StringLike": {
                    "s3:prefix": [each for zone in zones for each in (zone, f"{zone}/*")]
                }
            },
        ),
        allow("ReadAnswers", READ, under(buckets.lakehouse, "predictions", "labels")),
        allow(
            "KeepMetrics", [*READ, *WRITE, "s3:DeleteObject"], under(buckets.lakehouse, "metrics")
        ),
        # Beside them lies what weeks came to, which the next run need not compute again.
        allow("KeepReports", [*READ, *WRITE], under(buckets.lakehouse, "reports/watch")),
        allow("UseDataKey", USE_KEY, keys.data, through("s3", region)),
        allow(
            "ListPackages",
            "s3:ListBucket",
            buckets.artifacts,
            {"StringLike": {"s3:prefix": ["packages/*"]}},
        ),
        # Never a model's bytes: watching needs none.
        allow("ReadPackageFacts", READ, facts),
        allow("DecryptPackageFacts", "kms:Decrypt", keys.artifacts, through("s3", region)),
        allow(
            "TellVerdicts",
            "cloudwatch:PutMetricData",
            "*",
            {"StringEquals": {"cloudwatch:namespace": METRIC_NAMESPACE}},
        ),
    ]
