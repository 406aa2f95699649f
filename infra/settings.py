"""The platform's stack file, parsed once into values the program can trust."""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import IPv4Network
from pathlib import Path
from typing import Annotated, Any, Literal, Self, get_args

import pulumi
import yaml
from pydantic import BeforeValidator, Field

from infra import sections
from infra.sections import Section
from infra.settings_rules import RULES, overlaps

CONFIG_KEY = "platform"

EnvironmentName = Literal["dev", "staging", "prod"]
AccountId = Annotated[str, Field(pattern=r"^\d{12}$", strict=True)]
Region = Annotated[str, Field(pattern=r"^[a-z]{2}(-[a-z]+)+-\d$")]
TagValue = Annotated[str, Field(min_length=1, max_length=128, pattern=r"^[\w .:/=+@-]+$")]
#: The only values CloudWatch Logs takes, from the shortest that is of use to an investigation.
LogRetention = Literal[
    30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653
]


def _network_block(value: object) -> object:
    """Give the reason in a reader's words; pydantic's own says only that it is no network."""
    if not isinstance(value, str):
        raise ValueError("must be a block such as 10.20.0.0/16")
    try:
        block = IPv4Network(value)
    except ValueError as error:
        raise ValueError(f"must be a block such as 10.20.0.0/16: {error}") from None
    if not block.is_private or not 16 <= block.prefixlen <= 20:
        raise ValueError("must be a private block from /16 to /20, as a VPC with subnets needs")
    return block


class NetworkSettings(Section):
    """Address space of the platform VPC."""

    cidr_block: Annotated[IPv4Network, BeforeValidator(_network_block)]
    availability_zones: Annotated[int, Field(ge=2, le=3, strict=True)] = 2


class LakehouseSettings(Section):
    """How hard it is to lose data."""

    disposable: Annotated[bool, Field(strict=True)] = False
    """Let `pulumi destroy` delete what is stored."""
    recovery_days: Annotated[int, Field(ge=7, le=3650, strict=True)] = 30
    """How long an overwritten or deleted object can still be restored."""


class MirrorSettings(Section):
    """Who may read this environment's data in redacted form."""

    readers: Annotated[tuple[EnvironmentName, ...], Field(min_length=1)]


class LogSettings(Section):
    """How long logs can still be read."""

    retention_days: LogRetention = 30


class AuditSettings(Section):
    """How long the ledger can be neither changed nor removed."""

    lock_days: Annotated[int, Field(ge=1, le=36500, strict=True)] = 365


class ClusterSettings(Section):
    """The Kubernetes cluster models are served from."""

    version: Annotated[str, Field(pattern=r"^1\.[1-9]\d$")]


class Settings(Section):
    """Everything that differs between two deployments of the platform."""

    environment: EnvironmentName
    owner: TagValue
    cost_center: TagValue = "unassigned"
    region: Region
    accounts: dict[EnvironmentName, AccountId]
    network: NetworkSettings
    cluster: ClusterSettings
    lakehouse: LakehouseSettings = LakehouseSettings()
    mirror: MirrorSettings | None = None
    reads_mirror_of: EnvironmentName | None = None
    """The environment whose redacted mirror training here reads."""
    logs: LogSettings = LogSettings()
    audit: AuditSettings = AuditSettings()

    @property
    def account_id(self) -> str:
        """The account this environment lives in."""
        return self.accounts[self.environment]

    @property
    def other_accounts(self) -> tuple[str, ...]:
        """Where releases come from and move on to."""
        return tuple(sorted({*self.accounts.values()} - {self.account_id}))

    @property
    def tags(self) -> dict[str, str]:
        """Tags every resource carries; applied by the provider, not by components."""
        return {
            "project": "modelyard",
            "environment": self.environment,
            "owner": self.owner,
            "cost-center": self.cost_center,
            "data-class": "internal",
            "managed-by": "pulumi",
        }

    @classmethod
    def parse(
        cls,
        raw: Mapping[str, Any],
        *,
        source: str,
        siblings: Mapping[str, str] | None = None,
    ) -> Self:
        """Validate `raw`; `siblings` maps the other stack files to their address blocks."""
        among = overlaps(siblings or {})
        return sections.parse(cls, raw, key=CONFIG_KEY, source=source, rules=(*RULES, among))

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read the settings of the stack being deployed; `folder` holds all stack files."""
        source = f"Pulumi.{pulumi.get_stack()}.yaml"
        raw = pulumi.Config("modelyard").get_object(CONFIG_KEY)
        if raw is None:
            allowed = ", ".join(get_args(EnvironmentName))
            raise pulumi.RunError(
                f"{source}: modelyard:{CONFIG_KEY} is missing; stacks with a file: {allowed}"
            )
        return cls.parse(raw, source=source, siblings=sibling_blocks(folder, source))


def sibling_blocks(folder: Path, source: str) -> dict[str, str]:
    """The address block each other stack file in `folder` claims."""
    blocks: dict[str, str] = {}
    for path in sorted(folder.glob("Pulumi.*.yaml")):
        if path.name == source:
            continue
        config = (yaml.safe_load(path.read_text()) or {}).get("config") or {}
        network = (config.get(f"modelyard:{CONFIG_KEY}") or {}).get("network") or {}
        if "cidr_block" in network:
            blocks[path.name] = str(network["cidr_block"])
    return blocks
