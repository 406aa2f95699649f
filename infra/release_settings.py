"""The releases' stack file: which version of each model one environment serves."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Annotated, Any, Literal, Self

import pulumi
from pydantic import Field

from infra import sections
from infra.sections import Problem, Section
from infra.settings import AccountId, EnvironmentName, Region, TagValue

CONFIG_KEY = "releases"
PROJECT = "modelyard-releases"

Digest = Annotated[str, Field(pattern=r"^sha256:[0-9a-f]{64}$")]
ModelName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]


class SourceSettings(Section):
    """Where training reads: this environment's lakehouse, or another's redacted mirror."""

    lakehouse: Literal["own"] | None = None
    mirror_of: EnvironmentName | None = None


class LiveSettings(Section):
    """One release line: the version of a model that is served."""

    version: Annotated[str, Field(pattern=r"^[1-9]\d*$")]
    image: Digest
    package: Annotated[str, Field(pattern=r"^s3://[a-z0-9.-]+/.+$")]
    digest: Digest


class ReleaseSettings(Section):
    """Everything that differs between the releases of two environments."""

    environment: EnvironmentName
    owner: TagValue
    cost_center: TagValue = "unassigned"
    region: Region
    account_id: AccountId
    platform_stack: Annotated[str, Field(pattern=r"^[\w.-]+/[\w.-]+/[\w.-]+$")]
    source: SourceSettings
    sample_fraction: Annotated[float, Field(gt=0, le=1)] = 1.0
    """Share of the entities a training run here learns from."""
    schedules_enabled: Annotated[bool, Field(strict=True)] = False
    """Whether watching and retraining start by the clock."""
    mirrored: Annotated[bool, Field(strict=True)] = False
    """Whether the data pipeline here also keeps a redacted mirror."""
    runtime_image: Digest | Literal[""] = ""
    """Release image that serves models without a version and collects predictions."""
    live: dict[ModelName, LiveSettings] = Field(default_factory=dict)
    """The release line of each model that has one."""

    @property
    def tags(self) -> dict[str, str]:
        """Tags every resource carries; applied by the provider, not by components."""
        return {
            "project": PROJECT,
            "environment": self.environment,
            "owner": self.owner,
            "cost-center": self.cost_center,
            "data-class": "internal",
            "managed-by": "pulumi",
        }

    def must_know(self, models: Collection[str]) -> None:
        """Refuse a release line of a model that has no folder."""
        for name in self.live:
            if name not in models:
                known = ", ".join(sorted(models)) or "none"
                raise pulumi.RunError(
                    f"releases/Pulumi.{self.environment}.yaml is not valid:\n"
                    f"  {CONFIG_KEY}.live.{name}: there is no such model; allowed: {known}"
                )

    @classmethod
    def parse(cls, raw: Mapping[str, Any], *, source: str) -> Self:
        """Validate `raw`, reporting every mistake in `source` at once."""
        rules = (source_is_one_place, prod_trains_on_everything)
        return sections.parse(cls, raw, key=CONFIG_KEY, source=source, rules=rules)

    @classmethod
    def load(cls) -> Self:
        """Read the settings of the stack being deployed."""
        source = f"releases/Pulumi.{pulumi.get_stack()}.yaml"
        raw = pulumi.Config(PROJECT).get_object(CONFIG_KEY)
        if raw is None:
            raise pulumi.RunError(f"{source}: {PROJECT}:{CONFIG_KEY} is missing")
        return cls.parse(raw, source=source)


def source_is_one_place(settings: ReleaseSettings) -> Iterator[Problem]:
    """Training reads from exactly one place, and a mirror is another environment's."""
    source = settings.source
    if (source.lakehouse is None) == (source.mirror_of is None):
        yield "source", "must hold exactly one of: lakehouse: own, mirror_of: <environment>"
    if source.mirror_of == settings.environment:
        yield "source.mirror_of", f"must be another environment than {settings.environment}"


def prod_trains_on_everything(settings: ReleaseSettings) -> Iterator[Problem]:
    """A sample is for rehearsals; what serves production learned from all of its data."""
    if settings.environment == "prod" and settings.sample_fraction != 1.0:
        yield "sample_fraction", "must be 1.0 in prod"
