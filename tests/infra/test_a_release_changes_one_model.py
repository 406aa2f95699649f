"""What is live runs its own image; everything else is there before any release."""

from __future__ import annotations

from tests.infra.stacks import DIGEST, LIVE_DIGEST, in_every_environment, releases_of


@in_every_environment
def test_before_the_first_release_there_is_everything_but_pods(environment: str) -> None:
    deployment = releases_of(environment, released=False)
    assert deployment.exports["endpoints"] == {}
    assert set(deployment.exports["training_pipelines"]) == {"diabetes", "flight_delay"}
    assert not deployment.all("kubernetes:apps/v1:Deployment")
    assert not deployment.all("kubernetes:batch/v1:CronJob")


def test_a_live_model_runs_its_own_image_and_the_others_the_runtime_image() -> None:
    images = {
        deployment.name: deployment.inputs["spec"]["template"]["spec"]["containers"][0]["image"]
        for deployment in releases_of("prod").all("kubernetes:apps/v1:Deployment")
    }
    assert {name: image.split("@")[1] for name, image in images.items()} == {
        "flight-delay-deployment": LIVE_DIGEST,
        "diabetes-deployment": DIGEST,
        "collector-deployment": DIGEST,
    }


def test_endpoints_are_told_by_model_with_version_and_address() -> None:
    endpoints = releases_of("prod").exports["endpoints"]
    assert endpoints["flight_delay"] == {
        "service": "flight-delay",
        "namespace": "platform-namespace",
        "port": 8080,
        "version": "3",
    }
    assert endpoints["diabetes"]["version"] == ""
