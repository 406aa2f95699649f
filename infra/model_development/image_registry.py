"""Where release images live: pushed once, found by digest, pulled by named accounts."""

from __future__ import annotations

import json
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from infra.administration.statements import Statement, document


@dataclass(frozen=True, kw_only=True)
class ImageRegistryArgs:
    """What a caller decides about an `ImageRegistry`."""

    name: str
    """Physical name: delivery of the next environment copies from it by name."""

    key_arn: pulumi.Input[str]
    """Key that encrypts the layers."""

    next_accounts: tuple[str, ...] = ()
    """Accounts that may pull: the environments a release moves on to."""

    kept_releases: int = 30
    """How many releases can still be rolled back to."""

    disposable: bool = False
    """Let `pulumi destroy` delete images. Meant for short-lived stacks."""

    def __post_init__(self) -> None:
        if self.kept_releases < 2:
            raise ValueError(f"kept_releases must be at least 2, got {self.kept_releases}")


class ImageRegistry(pulumi.ComponentResource):
    """A repository whose tags never move and whose images are scanned at each push."""

    repository_name: pulumi.Output[str]
    repository_url: pulumi.Output[str]
    repository_arn: pulumi.Output[str]

    def __init__(
        self,
        name: str,
        args: ImageRegistryArgs,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("modelyard:model_development:ImageRegistry", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)

        repository = aws.ecr.Repository(
            f"{name}-repository",
            name=args.name,
            image_tag_mutability="IMMUTABLE",
            image_scanning_configuration={"scan_on_push": True},
            encryption_configurations=[{"encryption_type": "KMS", "kms_key": args.key_arn}],
            force_delete=args.disposable,
            opts=child,
        )
        aws.ecr.LifecyclePolicy(
            f"{name}-lifecycle",
            repository=repository.name,
            policy=lifecycle(args.kept_releases),
            opts=child,
        )
        if args.next_accounts:
            aws.ecr.RepositoryPolicy(
                f"{name}-readers",
                repository=repository.name,
                policy=document([pull_statement(args.next_accounts)]),
                opts=child,
            )

        self.repository_name = repository.name
        self.repository_url = repository.repository_url
        self.repository_arn = repository.arn
        self.register_outputs(
            {
                "repository_name": self.repository_name,
                "repository_url": self.repository_url,
                "repository_arn": self.repository_arn,
            }
        )


def lifecycle(kept_releases: int) -> str:
    """Keep the newest releases; drop after a week what lost or never had a tag."""
    rules = [
        {
            "rulePriority": 1,
            "description": "Layers of pushes that never became a release",
            "selection": {
                "tagStatus": "untagged",
                "countType": "sinceImagePushed",
                "countUnit": "days",
                "countNumber": 7,
            },
            "action": {"type": "expire"},
        },
        {
            "rulePriority": 2,
            "description": "Releases too old to return to",
            "selection": {
                "tagStatus": "tagged",
                "tagPatternList": ["*"],
                "countType": "imageCountMoreThan",
                "countNumber": kept_releases,
            },
            "action": {"type": "expire"},
        },
    ]
    return json.dumps({"rules": rules})


def pull_statement(accounts: tuple[str, ...]) -> Statement:
    """Let the delivery of later environments copy an image, by digest."""
    return {
        "Sid": "PullByLaterEnvironments",
        "Effect": "Allow",
        "Principal": {"AWS": [f"arn:aws:iam::{account}:root" for account in accounts]},
        "Action": [
            "ecr:BatchCheckLayerAvailability",
            "ecr:BatchGetImage",
            "ecr:DescribeImages",
            "ecr:GetDownloadUrlForLayer",
        ],
        # A trusted account alone is not enough: it must be the platform's own role there.
        "Condition": {
            "ArnLike": {
                "aws:PrincipalArn": [
                    f"arn:aws:iam::{account}:role/modelyard/*" for account in accounts
                ]
            }
        },
    }
