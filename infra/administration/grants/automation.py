"""What AWS's own services may do for the platform: run pipelines, start them, write flow logs."""

from __future__ import annotations

from collections.abc import Sequence

import pulumi

from infra.administration.grants.access import Access, Arn
from infra.administration.statements import Statement, allow
from infra.names import REQUEST_SOURCE, RETRAINING_DUE


def pipeline_statements(access: Access, job_roles: Sequence[Arn]) -> list[Statement]:
    """Start the jobs of a pipeline, inside the network and under the jobs' own roles."""
    return [
        allow(
            "StartJobsInTheNetwork",
            ["sagemaker:CreateProcessingJob", "sagemaker:CreateTrainingJob"],
            [
                access.arn("sagemaker", "processing-job/*"),
                access.arn("sagemaker", "training-job/*"),
            ],
            {
                "Bool": {"sagemaker:InterContainerTrafficEncryption": "true"},
                "Null": {
                    "sagemaker:VpcSubnets": "false",
                    "sagemaker:VpcSecurityGroupIds": "false",
                },
            },
        ),
        allow(
            "FollowJobs",
            [
                "sagemaker:AddTags",
                "sagemaker:DescribeProcessingJob",
                "sagemaker:DescribeTrainingJob",
                "sagemaker:StopProcessingJob",
                "sagemaker:StopTrainingJob",
            ],
            [
                access.arn("sagemaker", "processing-job/*"),
                access.arn("sagemaker", "training-job/*"),
            ],
        ),
        allow(
            "PassJobRoles",
            "iam:PassRole",
            job_roles,
            {"StringEquals": {"iam:PassedToService": "sagemaker.amazonaws.com"}},
        ),
    ]


def scheduler_statements(access: Access, dead_letter_queue: Arn) -> list[Statement]:
    """Ask for a retraining when its hour has come, or set the failed request aside."""
    return [
        allow(
            "AskForRetraining",
            "events:PutEvents",
            access.arn("events", "event-bus/default"),
            {
                "ForAllValues:StringEquals": {
                    "events:source": REQUEST_SOURCE,
                    "events:detail-type": [RETRAINING_DUE],
                },
                # ForAllValues alone is true for a request that names nothing.
                "Null": {"events:source": "false", "events:detail-type": "false"},
            },
        ),
        allow("SetAside", "sqs:SendMessage", dead_letter_queue),
        allow("EncryptMessage", ["kms:Decrypt", "kms:GenerateDataKey"], access.keys.messaging),
    ]


def flow_log_statements(group_arn: Arn) -> list[Statement]:
    """Write the network's record, to its own group only."""
    return [
        allow(
            "WriteFlowLog",
            ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"],
            # The group's own ARN, and that of its streams.
            [group_arn, pulumi.Output.concat(group_arn, ":*")],
        )
    ]
