"""Each tracked stack file deploys a platform: tagged, in its account, with what it promised."""

from __future__ import annotations

import json
from dataclasses import fields

from infra.programs.platform_outputs import PlatformOutputs
from tests.infra import engine
from tests.infra.stacks import (
    ENVIRONMENTS,
    in_every_environment,
    platform_of,
    raw_platform,
    releases_of,
)


def assert_tagged(deployment: engine.Deployment) -> None:
    (provider,) = deployment.all("pulumi:providers:aws")
    assert "allowedAccountIds" in provider.inputs
    assert "defaultTags" in provider.inputs
    aws = [r for r in deployment.resources.values() if r.type.startswith("aws:")]
    assert len(aws) > 10
    for resource in aws:
        assert "::aws::" in resource.provider, f"{resource.name} escaped the tagged provider"
    inside = [r for r in deployment.resources.values() if r.type.startswith("kubernetes:")]
    for resource in inside:
        assert "::cluster::" in resource.provider, f"{resource.name} escaped the cluster"


@in_every_environment
def test_every_resource_uses_the_programs_own_providers(environment: str) -> None:
    assert_tagged(platform_of(environment))
    assert_tagged(releases_of(environment))


@in_every_environment
def test_the_platform_tells_everything_its_readers_ask_for(environment: str) -> None:
    exported = platform_of(environment).exports
    assert set(exported) == {field.name for field in fields(PlatformOutputs)}


@in_every_environment
def test_the_kubeconfig_holds_no_token(environment: str) -> None:
    config = json.loads(platform_of(environment).exports["kubeconfig"])
    (user,) = config["users"]
    assert set(user["user"]) == {"exec"}
    assert user["user"]["exec"]["command"] == "aws"
    assert config["clusters"][0]["cluster"]["server"] == "https://cluster.test"


@in_every_environment
def test_data_survives_destroy_unless_it_is_disposable(environment: str) -> None:
    kept = not raw_platform(environment)["lakehouse"]["disposable"]
    buckets = platform_of(environment).all("aws:s3/bucket:Bucket")
    assert len(buckets) >= 4
    for bucket in buckets:
        assert bucket.protect is kept
        assert bucket.inputs["forceDestroy"] is not kept


def test_only_prod_makes_a_mirror_and_under_a_name_others_know() -> None:
    for environment in ENVIRONMENTS:
        names = {
            bucket.inputs.get("bucket")
            for bucket in platform_of(environment).all("aws:s3/bucket:Bucket")
        }
        mirrored = environment == "prod"
        assert ("modelyard-prod-mirror-333333333333" in names) is mirrored
        assert bool(platform_of(environment).all("aws:secretsmanager/secret:Secret")) is mirrored
