"""Objects that can be neither changed nor removed for a stated time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import pulumi
import pulumi_aws as aws


@dataclass(frozen=True, kw_only=True)
class ObjectLock:
    """How long an object can be neither changed nor removed."""

    days: int
    mode: Literal["COMPLIANCE", "GOVERNANCE"]
    """COMPLIANCE binds everybody; GOVERNANCE lets a named role lift it."""

    def __post_init__(self) -> None:
        if self.days < 1:
            raise ValueError(f"days must be at least 1, got {self.days}")


def lock_objects(
    name: str,
    bucket: aws.s3.Bucket,
    lock: ObjectLock,
    after: list[pulumi.Resource],
    parent: pulumi.Resource,
) -> None:
    """Make each new object unchangeable for the lock's days."""
    aws.s3.BucketObjectLockConfiguration(
        f"{name}-lock",
        bucket=bucket.bucket,
        rule={"default_retention": {"mode": lock.mode, "days": lock.days}},
        opts=pulumi.ResourceOptions(parent=parent, depends_on=after),
    )
