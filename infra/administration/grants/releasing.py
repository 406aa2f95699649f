"""What `pulumi up` of the releases needs: its own types, under roles that the platform made."""

from __future__ import annotations

from infra.administration.grants.access import Access
from infra.administration.statements import Statement, allow


def releasing_statements(access: Access) -> list[Statement]:
    """`pulumi up` of the releases project: these types, and roles made by the platform."""
    return [
        *_run_pods(access),
        _keep_pipelines(access),
        _keep_clocks_and_alarms(access),
        *_hand_on_roles(access),
    ]


def _run_pods(access: Access) -> list[Statement]:
    bindings = access.cluster.replace(":cluster/", ":podidentityassociation/", 1) + "/*"
    return [
        allow("ReachCluster", ["eks:AccessKubernetesApi", "eks:DescribeCluster"], access.cluster),
        allow(
            "BindPodsToRoles",
            [
                "eks:CreatePodIdentityAssociation",
                "eks:DeletePodIdentityAssociation",
                "eks:DescribePodIdentityAssociation",
                "eks:UpdatePodIdentityAssociation",
            ],
            [access.cluster, bindings],
        ),
    ]


def _keep_pipelines(access: Access) -> Statement:
    return allow(
        "KeepPipelinesAndGroups",
        [
            "sagemaker:AddTags",
            "sagemaker:CreateModelPackageGroup",
            "sagemaker:CreatePipeline",
            "sagemaker:DeleteModelPackageGroup",
            "sagemaker:DeletePipeline",
            "sagemaker:DescribeModelPackageGroup",
            "sagemaker:DescribePipeline",
            "sagemaker:ListTags",
            "sagemaker:UpdatePipeline",
        ],
        [
            access.arn("sagemaker", "pipeline/*"),
            access.arn("sagemaker", "model-package-group/*"),
        ],
    )


def _keep_clocks_and_alarms(access: Access) -> Statement:
    return allow(
        "KeepSchedulesRulesAndAlarms",
        [
            "cloudwatch:DeleteAlarms",
            "cloudwatch:DescribeAlarms",
            "cloudwatch:ListTagsForResource",
            "cloudwatch:PutMetricAlarm",
            "cloudwatch:TagResource",
            "events:DeleteRule",
            "events:DescribeRule",
            "events:ListTagsForResource",
            "events:ListTargetsByRule",
            "events:PutRule",
            "events:PutTargets",
            "events:RemoveTargets",
            "events:TagResource",
            "scheduler:CreateSchedule",
            "scheduler:DeleteSchedule",
            "scheduler:GetSchedule",
            "scheduler:UpdateSchedule",
        ],
        [
            access.arn("cloudwatch", "alarm:*"),
            access.arn("events", "rule/*"),
            access.arn("scheduler", "schedule/default/*"),
        ],
    )


def _hand_on_roles(access: Access) -> list[Statement]:
    """Roles are given to what runs, never made or changed: the platform alone does that."""
    roles = f"arn:aws:iam::{access.account_id}:role{access.role_path}*"
    return [
        allow("SeePlatformRoles", "iam:GetRole", roles),
        allow(
            "PassPlatformRoles",
            "iam:PassRole",
            roles,
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
    ]
