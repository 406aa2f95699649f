"""The tracked stacks as the engine stand-in sees them, each deployed once for all tests."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from infra.programs import platform, releases
from infra.release_settings import ReleaseSettings
from infra.settings import Settings
from ml.spec import load_models
from tests.infra import engine

ROOT = Path(__file__).parents[2]
ENVIRONMENTS = ("dev", "staging", "prod")
in_every_environment = pytest.mark.parametrize("environment", ENVIRONMENTS)
DIGEST = "sha256:" + "a" * 64
LIVE_DIGEST = "sha256:" + "b" * 64


def raw_platform(environment: str) -> dict[str, Any]:
    """The platform's settings as the tracked file has them."""
    raw = yaml.safe_load((ROOT / f"Pulumi.{environment}.yaml").read_text())
    section: dict[str, Any] = raw["config"]["modelyard:platform"]
    return section


def raw_releases(environment: str) -> dict[str, Any]:
    """The releases' settings as the tracked file has them."""
    raw = yaml.safe_load((ROOT / "releases" / f"Pulumi.{environment}.yaml").read_text())
    section: dict[str, Any] = raw["config"]["modelyard-releases:releases"]
    return section


@cache
def platform_of(environment: str) -> engine.Deployment:
    """The platform program, deployed."""
    settings = Settings.parse(raw_platform(environment), source="test")
    return engine.run(lambda: platform.deploy(settings))


@cache
def releases_of(environment: str, *, released: bool = True) -> engine.Deployment:
    """The releases program: before any release, or with one model live and one without."""
    raw = raw_releases(environment)
    if released:
        line = {
            "version": "3",
            "image": LIVE_DIGEST,
            "package": "s3://artifacts/packages/flight_delay/run/manifest.json",
            "digest": DIGEST,
        }
        raw |= {"runtime_image": DIGEST, "live": {"flight_delay": line}}
    settings = ReleaseSettings.parse(raw, source="test")
    models = load_models(ROOT / "models")
    return engine.run(lambda: releases.deploy(settings, models))
