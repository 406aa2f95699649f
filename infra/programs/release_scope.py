"""What every part of the releases program needs: settings, platform, and how they combine."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi

from infra.programs.platform_outputs import PlatformOutputs
from infra.release_settings import LiveSettings, ReleaseSettings


@dataclass(frozen=True, kw_only=True)
class ReleaseScope:
    """One environment's releases, as its settings and its platform describe them."""

    settings: ReleaseSettings
    platform: PlatformOutputs
    cloud: pulumi.ResourceOptions
    """Options that hand the tagged AWS provider and the cluster's provider to a component."""

    @property
    def lake(self) -> pulumi.Output[str]:
        """Where this environment keeps its tables."""
        return pulumi.Output.concat("s3://", self.platform.lakehouse_bucket)

    @property
    def source(self) -> pulumi.Output[str]:
        """Where training reads: the own lake, or the mirror the platform was told to read."""
        if self.settings.source.mirror_of is None:
            return self.lake
        return pulumi.Output.concat("s3://", self.platform.source_mirror_bucket)

    def live(self, model: str) -> LiveSettings | None:
        """The release line of a model."""
        return self.settings.live.get(model)

    def image(self, model: str | None) -> pulumi.Output[str] | None:
        """The image a model runs from, by digest; none before the first release."""
        line = self.live(model) if model else None
        digest = line.image if line else self.settings.runtime_image
        if not digest:
            return None
        return pulumi.Output.concat(self.platform.image_repository_url, "@", digest)
