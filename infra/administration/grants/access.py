"""What the roles' policies are about: the places, buckets and keys of one environment."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi

Arn = pulumi.Input[str]


@dataclass(frozen=True, kw_only=True)
class Buckets:
    """ARNs of the buckets; None where the environment has no such bucket."""

    lakehouse: Arn
    artifacts: Arn
    audit: Arn
    mirror: Arn | None = None
    source_mirror: Arn | None = None
    """Another environment's mirror, which training here reads."""


@dataclass(frozen=True, kw_only=True)
class KeyArns:
    """ARNs of the keys; one per purpose."""

    data: Arn
    artifacts: Arn
    messaging: Arn
    signing: Arn
    approval: Arn
    ledger: Arn
    mirror: Arn | None = None


@dataclass(frozen=True, kw_only=True)
class Access:
    """Everything a policy can name."""

    account_id: str
    region: str
    role_path: str
    buckets: Buckets
    keys: KeyArns
    image_repository: Arn
    operations_table: Arn
    delivery_queue: Arn
    cluster: str
    pseudonym_secret: Arn | None = None

    def arn(self, service: str, rest: str) -> str:
        """An ARN of this account and region."""
        return f"arn:aws:{service}:{self.region}:{self.account_id}:{rest}"


def under(bucket: Arn, *prefixes: str, name: str = "*") -> list[Arn]:
    """Every object of a bucket below each of the prefixes, or the one called `name`."""
    return [pulumi.Output.concat(bucket, f"/{prefix}/{name}") for prefix in prefixes]
