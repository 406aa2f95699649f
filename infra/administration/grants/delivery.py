"""What delivery may do: verify, copy, train, change the release, record; it approves nothing."""

from __future__ import annotations

from infra.administration.grants.access import Access, under
from infra.administration.grants.jobs import READ, USE_KEY
from infra.administration.grants.ledger import ledger_statements
from infra.administration.grants.releasing import releasing_statements
from infra.administration.statements import Statement, allow, deny, through


def delivery_statements(access: Access) -> list[Statement]:
    """The sole holder of the release role."""
    return [
        *_hear_and_remember(access),
        *_verify_and_record(access),
        *ledger_statements(access),
        *_train(access),
        *releasing_statements(access),
        deny("NeverSignForOthers", "kms:Sign", [access.keys.signing, access.keys.approval]),
        deny(
            "NeverWriteApprovals",
            "s3:PutObject",
            under(access.buckets.audit, "approvals", "waivers"),
        ),
    ]


def _hear_and_remember(access: Access) -> list[Statement]:
    return [
        allow(
            "TakeMessages",
            [
                "sqs:ChangeMessageVisibility",
                "sqs:DeleteMessage",
                "sqs:GetQueueAttributes",
                "sqs:ReceiveMessage",
            ],
            access.delivery_queue,
        ),
        allow("ReadMessages", "kms:Decrypt", access.keys.messaging, through("sqs", access.region)),
        allow(
            "LockAndRemember",
            ["dynamodb:DeleteItem", "dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"],
            access.operations_table,
        ),
        allow(
            "UseTableKey",
            ["kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKey"],
            access.keys.data,
            through("dynamodb", access.region),
        ),
    ]


def _verify_and_record(access: Access) -> list[Statement]:
    buckets, keys = access.buckets, access.keys
    return [
        allow("FindRecords", "s3:ListBucket", [buckets.artifacts, buckets.audit]),
        allow(
            "ReadRecords",
            READ,
            [
                *under(buckets.artifacts, "evidence", "packages", "releases", "runs"),
                *under(buckets.audit, "approvals", "waivers"),
            ],
        ),
        allow("WriteEvidence", "s3:PutObject", under(buckets.artifacts, "evidence", "releases")),
        allow("UseArtifactsKey", USE_KEY, keys.artifacts, through("s3", access.region)),
        allow("VerifyPackages", ["kms:GetPublicKey", "kms:Verify"], keys.signing),
        allow("VerifyApprovals", ["kms:GetPublicKey", "kms:Verify"], keys.approval),
    ]


def _train(access: Access) -> list[Statement]:
    return [
        allow(
            "RunPipelines",
            [
                "sagemaker:DescribePipelineExecution",
                "sagemaker:ListPipelineExecutionSteps",
                "sagemaker:ListPipelineExecutions",
                "sagemaker:StartPipelineExecution",
                "sagemaker:StopPipelineExecution",
            ],
            access.arn("sagemaker", "pipeline/*"),
        ),
        allow(
            "RecordApproval",
            [
                "sagemaker:DescribeModelPackage",
                "sagemaker:ListModelPackages",
                "sagemaker:UpdateModelPackage",
            ],
            [
                access.arn("sagemaker", "model-package/*"),
                access.arn("sagemaker", "model-package-group/*"),
            ],
        ),
        allow("ImageToken", "ecr:GetAuthorizationToken", "*"),
        allow(
            "CopyReleaseHere",
            [
                "ecr:BatchCheckLayerAvailability",
                "ecr:BatchGetImage",
                "ecr:CompleteLayerUpload",
                "ecr:DescribeImages",
                "ecr:GetDownloadUrlForLayer",
                "ecr:InitiateLayerUpload",
                "ecr:PutImage",
                "ecr:UploadLayerPart",
            ],
            access.image_repository,
        ),
        allow(
            "PullReleaseFromTheEnvironmentBefore",
            [
                "ecr:BatchCheckLayerAvailability",
                "ecr:BatchGetImage",
                "ecr:DescribeImages",
                "ecr:GetDownloadUrlForLayer",
            ],
            f"arn:aws:ecr:{access.region}:*:repository/modelyard/*",
        ),
    ]
