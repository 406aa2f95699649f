"""What SageMaker jobs may do: read their inputs, write their outputs, sign only when packaging."""

from __future__ import annotations

import pulumi

from infra.administration.grants.access import Access, Arn, under
from infra.administration.statements import Statement, allow, deny, through

READ = ["s3:GetObject", "s3:GetObjectVersion"]
WRITE = ["s3:AbortMultipartUpload", "s3:PutObject"]
USE_KEY = ["kms:Decrypt", "kms:GenerateDataKey"]


def data_statements(access: Access) -> list[Statement]:
    """Ingest, refresh, redact: the only role that sees raw rows, and the pseudonyms' secret."""
    buckets, keys = access.buckets, access.keys
    statements = [
        *job_basics(access),
        allow("FindTables", "s3:ListBucket", buckets.lakehouse),
        allow("ReadLanding", READ, under(buckets.lakehouse, "landing")),
        allow(
            "KeepTables",
            # Delta removes files it has replaced; versions keep them restorable.
            [*READ, *WRITE, "s3:DeleteObject"],
            under(buckets.lakehouse, "raw", "curated", "quarantine", "asof"),
        ),
        # Why a file was refused is kept: without delete, nobody can unsay it.
        allow("KeepRefusals", [*READ, *WRITE], under(buckets.lakehouse, "refused")),
        allow("UseDataKey", USE_KEY, keys.data, through("s3", access.region)),
    ]
    if buckets.mirror is not None and keys.mirror is not None:
        statements += [
            allow("FindMirror", "s3:ListBucket", buckets.mirror),
            allow(
                "KeepMirror",
                [*READ, *WRITE, "s3:DeleteObject"],
                pulumi.Output.concat(buckets.mirror, "/*"),
            ),
            allow("UseMirrorKey", USE_KEY, keys.mirror, through("s3", access.region)),
        ]
    if access.pseudonym_secret is not None:
        statements += [
            allow("ReadPseudonymKey", "secretsmanager:GetSecretValue", access.pseudonym_secret),
            allow(
                "DecryptPseudonymKey",
                "kms:Decrypt",
                keys.data,
                through("secretsmanager", access.region),
            ),
        ]
    return [*statements, _never(["kms:Sign", "sagemaker:*"])]


def training_statements(access: Access) -> list[Statement]:
    """Features to gate: reads curated rows, writes features and the run's own files."""
    buckets, keys = access.buckets, access.keys
    statements = [
        *job_basics(access),
        allow("FindTables", "s3:ListBucket", [buckets.lakehouse, buckets.artifacts]),
        allow("ReadTables", READ, under(buckets.lakehouse, "curated", "labels")),
        allow(
            "KeepFeatures",
            [*READ, *WRITE, "s3:DeleteObject"],
            under(buckets.lakehouse, "features", "metrics"),
        ),
        allow("KeepRun", [*READ, *WRITE], under(buckets.artifacts, "runs")),
        allow("ReadChampion", READ, under(buckets.artifacts, "packages")),
        allow("VerifyChampion", ["kms:GetPublicKey", "kms:Verify"], keys.signing),
        allow("UseDataKey", USE_KEY, keys.data, through("s3", access.region)),
        allow("UseArtifactsKey", USE_KEY, keys.artifacts, through("s3", access.region)),
    ]
    if buckets.source_mirror is not None:
        statements += _read_foreign_mirror(access, buckets.source_mirror)
    return [
        *statements,
        _never(["kms:Sign", "sagemaker:UpdateModelPackage", "sagemaker:CreateModelPackage"]),
    ]


def packaging_statements(access: Access) -> list[Statement]:
    """Package and register: signs what a run made, and may call it no more than pending."""
    buckets, keys = access.buckets, access.keys
    return [
        *job_basics(access),
        allow("FindRun", "s3:ListBucket", buckets.artifacts),
        allow("ReadRun", READ, under(buckets.artifacts, "runs")),
        allow("KeepRunRecord", WRITE, under(buckets.artifacts, "runs")),
        allow("KeepPackage", [*READ, *WRITE], under(buckets.artifacts, "packages")),
        allow("UseArtifactsKey", USE_KEY, keys.artifacts, through("s3", access.region)),
        allow(
            "SignPackage",
            ["kms:GetPublicKey", "kms:Sign", "kms:Verify"],
            keys.signing,
            # GetPublicKey carries no algorithm, hence IfExists; Sign always names one.
            {"StringEqualsIfExists": {"kms:SigningAlgorithm": "ECDSA_SHA_256"}},
        ),
        allow(
            "RegisterPendingOnly",
            "sagemaker:CreateModelPackage",
            [access.arn("sagemaker", "model-package/*")],
            {"StringEquals": {"sagemaker:ModelApprovalStatus": "PendingManualApproval"}},
        ),
        allow(
            "FindVersions",
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
        _never(["sagemaker:UpdateModelPackage", "s3:DeleteObject*"]),
    ]


def job_basics(access: Access) -> list[Statement]:
    """What any job needs: its image, its log, its metrics, and an address in the network."""
    return [
        allow("ImageToken", "ecr:GetAuthorizationToken", "*"),
        allow(
            "PullImage",
            [
                "ecr:BatchCheckLayerAvailability",
                "ecr:BatchGetImage",
                "ecr:GetDownloadUrlForLayer",
            ],
            access.image_repository,
        ),
        allow(
            "WriteLog",
            ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"],
            access.arn("logs", "log-group:/aws/sagemaker/*"),
        ),
        allow(
            "WriteMetrics",
            "cloudwatch:PutMetricData",
            "*",
            {"StringEquals": {"cloudwatch:namespace": "modelyard"}},
        ),
        allow(
            "JoinNetwork",
            [
                "ec2:CreateNetworkInterface",
                "ec2:CreateNetworkInterfacePermission",
                "ec2:DeleteNetworkInterface",
                "ec2:DeleteNetworkInterfacePermission",
                "ec2:DescribeDhcpOptions",
                "ec2:DescribeNetworkInterfaces",
                "ec2:DescribeSecurityGroups",
                "ec2:DescribeSubnets",
                "ec2:DescribeVpcs",
            ],
            "*",
        ),
    ]


def _read_foreign_mirror(access: Access, mirror: Arn) -> list[Statement]:
    return [
        allow("FindMirror", "s3:ListBucket", mirror),
        allow("ReadMirror", READ, pulumi.Output.concat(mirror, "/*")),
        # The key is another account's: its own policy names the readers.
        allow(
            "DecryptMirror",
            "kms:Decrypt",
            f"arn:aws:kms:{access.region}:*:key/*",
            {
                "StringEquals": {"kms:ViaService": f"s3.{access.region}.amazonaws.com"},
                "StringNotEquals": {"aws:ResourceAccount": access.account_id},
            },
        ),
    ]


def _never(actions: list[str]) -> Statement:
    return deny("NeverByThisRole", actions, "*")
