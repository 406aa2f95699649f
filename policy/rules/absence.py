"""Types that must not occur at all: each has a safer way to the same end."""

from __future__ import annotations

from collections.abc import Iterator

from policy.rule import Inputs, Rule

INSTEAD = {
    "aws:ec2/defaultVpc:DefaultVpc": "a Vpc of our own",
    "aws:ec2/internetGateway:InternetGateway": "private endpoints",
    "aws:iam/accessKey:AccessKey": "roles and short sessions",
    "aws:iam/user:User": "single sign-on and roles",
    "aws:s3/bucketAcl:BucketAcl": "bucket policies",
    "aws:sagemaker/notebookInstance:NotebookInstance": "a workspace inside the cluster",
}


def _must_not_be(inputs: Inputs) -> Iterator[str]:
    yield "this type must not be used: there is a safer way"


RULES = (
    Rule(
        name="unsafe-types-do-not-occur",
        description="No users, access keys, default networks, ACLs or notebook instances.",
        standards=("IAM.2", "IAM.22", "CKV_AWS_148", "CKV_AWS_273", "SageMaker.1"),
        types=tuple(INSTEAD),
        problems=_must_not_be,
    ),
)
