"""Types that must not occur at all: each has a safer way to the same end."""

from __future__ import annotations

import re
from collections.abc import Iterator

from policy.rule import Inputs, Rule


def _absent(type_: str, instead: str, *standards: str) -> Rule:
    resource = type_.rpartition(":")[2]

    def problems(inputs: Inputs) -> Iterator[str]:
        yield f"{resource} must not be used: {instead}"

    return Rule(
        name=f"no-{re.sub(r'(?<!^)(?=[A-Z])', '-', resource).lower()}",
        description=f"{instead[0].upper()}{instead[1:]}.",
        standards=standards,
        types=(type_,),
        problems=problems,
    )


RULES = (
    _absent("aws:ec2/defaultVpc:DefaultVpc", "a Vpc of our own takes its place", "CKV_AWS_148"),
    _absent(
        "aws:ec2/internetGateway:InternetGateway",
        "private endpoints lead to what is needed, and to nothing else",
        "EC2.172",
    ),
    _absent("aws:iam/accessKey:AccessKey", "roles give keys that end within the hour", "IAM.22"),
    _absent(
        "aws:iam/user:User", "people come by single sign-on, programs by roles", "CKV_AWS_273"
    ),
    _absent("aws:s3/bucketAcl:BucketAcl", "the bucket's policy says who reads", "S3.12"),
    _absent(
        "aws:sagemaker/notebookInstance:NotebookInstance",
        "a workspace inside the private network takes its place",
        "SageMaker.1",
        "SageMaker.2",
    ),
)
