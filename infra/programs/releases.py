"""Everything made from models/ in one environment, top to bottom."""

from __future__ import annotations

from collections.abc import Mapping

import pulumi

from infra.programs.providers import aws_provider
from infra.release_settings import ReleaseSettings
from ml.spec import ModelSpec


def deploy(settings: ReleaseSettings, models: Mapping[str, ModelSpec]) -> None:
    """Declare the pipelines, groups and endpoints of every model."""
    aws_provider(account_id=settings.account_id, region=settings.region, tags=settings.tags)
    pulumi.export("endpoints", {})
