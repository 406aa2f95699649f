"""The registry keeps every version with its evidence; the same run is never two versions."""

from dataclasses import replace

import pytest

from ml.deployment.registry import Registration, Registry, RegistryError
from tests.ml.conftest import Account

IMAGE = "111111111111.dkr.ecr.eu-west-1.amazonaws.com/modelyard@sha256:" + "a" * 64


def registration(run: str, gate: str = "passed") -> Registration:
    return Registration(
        model="flight_delay",
        run=run,
        package_uri=f"s3://artifacts/packages/flight_delay/{run}",
        package_digest=f"sha256:{run}",
        image_digest="sha256:image",
        git_sha="abc",
        gate=gate,
        environment="prod",
        trained_by="arn:aws:sts::333333333333:assumed-role/training/job",
    )


@pytest.fixture
def registry(account: Account) -> Registry:
    account.sagemaker.create_model_package_group(ModelPackageGroupName="flight-delay")
    return Registry(sagemaker=account.sagemaker, group="flight-delay")


def test_versions_are_numbered_listed_and_found_again(registry: Registry) -> None:
    first = registry.register(registration("one"), IMAGE)
    second = registry.register(registration("two", gate="failed"), IMAGE)
    assert (first.number, second.number) == ("1", "2")
    assert [version.number for version in registry.versions()] == ["2", "1"]
    assert registry.get("2").registration == registration("two", gate="failed")
    assert registry.get("1").approval == "PendingManualApproval"


def test_the_same_run_is_one_version_however_often_it_is_registered(registry: Registry) -> None:
    first = registry.register(registration("one"), IMAGE)
    assert registry.register(registration("one"), IMAGE).number == first.number
    assert len(list(registry.versions())) == 1
    other = replace(registration("one"), package_digest="sha256:other")
    with pytest.raises(RegistryError, match="it cannot also be sha256:other"):
        registry.register(other, IMAGE)


def test_an_unknown_version_names_the_known_ones(registry: Registry) -> None:
    registry.register(registration("one"), IMAGE)
    with pytest.raises(RegistryError, match="flight-delay has no version '7'; known: 1"):
        registry.get("7")


def test_more_versions_than_fit_on_a_page_are_all_found(registry: Registry) -> None:
    for index in range(12):
        registry.register(registration(f"run{index}"), IMAGE)
    assert [v.number for v in registry.versions()] == [str(n) for n in range(12, 0, -1)]


def test_a_missing_group_is_told_in_words(account: Account) -> None:
    registry = Registry(sagemaker=account.sagemaker, group="nothing")
    with pytest.raises(RegistryError, match="model registry nothing: "):
        registry.register(registration("one"), IMAGE)
