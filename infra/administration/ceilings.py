"""The two ceilings: one for the platform's own work, one for AWS running the cluster."""

from __future__ import annotations

import pulumi

from infra.administration.statements import Statement, allow, deny

#: What no role of the platform ever needs, and an intruder would want first.
GUARDRAILS = (
    "iam:*Policy*",
    "iam:*PermissionsBoundary",
    "iam:*AccessKey*",
    "iam:*User*",
    "iam:CreateRole",
    "iam:UpdateAssumeRolePolicy",
    "kms:ScheduleKeyDeletion",
    "kms:DisableKey",
    "kms:PutKeyPolicy",
    "cloudtrail:*",
    "guardduty:*",
    "config:*",
    "organizations:*",
)


def workload_ceiling(
    *, account_id: str, region: str, path: str, audit_bucket_arn: pulumi.Input[str]
) -> list[Statement]:
    """What jobs, pods and people of one environment can do at most."""
    audit: list[pulumi.Input[str]] = [
        audit_bucket_arn,
        pulumi.Output.concat(audit_bucket_arn, "/*"),
    ]
    here = {"StringEquals": {"aws:RequestedRegion": region}}
    return [
        allow("WorkloadServices", _WORKLOAD_ACTIONS, "*", here),
        # IAM is a global service: its requests carry another region.
        allow("SeeOwnRoles", "iam:GetRole", f"arn:aws:iam::{account_id}:role{path}*"),
        allow(
            "PassOwnRoles",
            "iam:PassRole",
            f"arn:aws:iam::{account_id}:role{path}*",
            {
                "StringEquals": {
                    "iam:PassedToService": [
                        "pods.eks.amazonaws.com",
                        "sagemaker.amazonaws.com",
                        "scheduler.amazonaws.com",
                    ]
                }
            },
        ),
        deny(
            "NeverTouchTheLedger",
            [
                "s3:DeleteObject*",
                "s3:PutBucket*",
                "s3:DeleteBucket*",
                "s3:PutObjectRetention",
                "s3:PutObjectLegalHold",
                "s3:BypassGovernanceRetention",
                "s3:PutLifecycleConfiguration",
            ],
            audit,
        ),
        deny(
            "NeverWriteToAnotherAccount",
            ["s3:PutObject*", "s3:DeleteObject*", "s3:RestoreObject"],
            "*",
            {"StringNotEquals": {"s3:ResourceAccount": account_id}},
        ),
        deny("NeverChangeGuardrails", GUARDRAILS, "*"),
    ]


def cluster_ceiling(*, region: str) -> list[Statement]:
    """What EKS and its nodes can do at most."""
    return [
        allow(
            "RunTheCluster",
            [
                "autoscaling:*",
                "ec2:*",
                "ecr:BatchCheckLayerAvailability",
                "ecr:BatchGetImage",
                "ecr:GetAuthorizationToken",
                "ecr:GetDownloadUrlForLayer",
                "eks:*",
                "eks-auth:AssumeRoleForPodIdentity",
                "elasticloadbalancing:*",
                "kms:CreateGrant",
                "kms:Decrypt",
                "kms:DescribeKey",
                "kms:Encrypt",
                "kms:GenerateDataKeyWithoutPlaintext",
                "logs:CreateLogStream",
                "logs:PutLogEvents",
            ],
            "*",
            {"StringEquals": {"aws:RequestedRegion": region}},
        ),
        # IAM is a global service: its requests carry another region.
        allow(
            "NodesOfAutoMode",
            [
                "iam:AddRoleToInstanceProfile",
                "iam:CreateInstanceProfile",
                "iam:CreateServiceLinkedRole",
                "iam:DeleteInstanceProfile",
                "iam:GetInstanceProfile",
                "iam:RemoveRoleFromInstanceProfile",
                "iam:TagInstanceProfile",
            ],
            "*",
        ),
        allow(
            "PassNodeRole",
            "iam:PassRole",
            "*",
            {"StringEquals": {"iam:PassedToService": "ec2.amazonaws.com"}},
        ),
        deny("NeverChangeGuardrails", GUARDRAILS, "*"),
    ]


_WORKLOAD_ACTIONS = [
    "s3:*",
    "kms:Decrypt",
    "kms:DescribeKey",
    "kms:GenerateDataKey",
    "kms:GetPublicKey",
    "kms:Sign",
    "kms:Verify",
    "ecr:BatchCheckLayerAvailability",
    "ecr:BatchGetImage",
    "ecr:CompleteLayerUpload",
    "ecr:DescribeImages",
    "ecr:GetAuthorizationToken",
    "ecr:GetDownloadUrlForLayer",
    "ecr:InitiateLayerUpload",
    "ecr:PutImage",
    "ecr:UploadLayerPart",
    "eks:AccessKubernetesApi",
    "eks:CreatePodIdentityAssociation",
    "eks:DeletePodIdentityAssociation",
    "eks:DescribeCluster",
    "eks:DescribePodIdentityAssociation",
    "eks:UpdatePodIdentityAssociation",
    "logs:CreateLogGroup",
    "logs:CreateLogStream",
    "logs:PutLogEvents",
    "logs:GetLogEvents",
    "logs:FilterLogEvents",
    "logs:DescribeLogGroups",
    "logs:DescribeLogStreams",
    "cloudwatch:*",
    "dynamodb:ConditionCheckItem",
    "dynamodb:DeleteItem",
    "dynamodb:GetItem",
    "dynamodb:PutItem",
    "dynamodb:Query",
    "dynamodb:UpdateItem",
    "events:*",
    "scheduler:*",
    "secretsmanager:GetSecretValue",
    "secretsmanager:DescribeSecret",
    "sqs:*",
    "sagemaker:*",
    "sts:GetCallerIdentity",
    "sts:TagSession",
    "ec2:CreateNetworkInterface",
    "ec2:CreateNetworkInterfacePermission",
    "ec2:DeleteNetworkInterface",
    "ec2:DeleteNetworkInterfacePermission",
    "ec2:Describe*",
]
