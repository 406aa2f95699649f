"""Each tracked stack file deploys: tagged, in its account, and with the promised outputs."""

from __future__ import annotations

import json
from dataclasses import fields
from typing import Any

import pytest

from infra.programs.platform_outputs import PlatformOutputs
from tests.infra import engine
from tests.infra.stacks import (
    DIGEST,
    ENVIRONMENTS,
    LIVE_DIGEST,
    platform_of,
    raw_platform,
    releases_of,
)

in_every_environment = pytest.mark.parametrize("environment", ENVIRONMENTS)


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


def test_dev_trains_on_the_mirror_and_prod_on_its_own_lake() -> None:
    assert platform_of("dev").exports["source_mirror_bucket"] == (
        "modelyard-prod-mirror-333333333333"
    )
    sources = {
        environment: _defaults(environment, "flight-delay-training")["Source"]
        for environment in ENVIRONMENTS
    }
    assert sources == {
        "dev": "s3://platform-source_mirror_bucket",
        "staging": "s3://platform-lakehouse_bucket",
        "prod": "s3://platform-lakehouse_bucket",
    }


def test_only_prod_redacts() -> None:
    for environment in ENVIRONMENTS:
        steps = _steps(environment, "diabetes-data")
        assert ("redact" in steps) is (environment == "prod")


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


def test_schedules_run_where_the_stack_file_says_so() -> None:
    states = {
        environment: {
            schedule.inputs["state"]
            for schedule in releases_of(environment).all("aws:scheduler/schedule:Schedule")
        }
        for environment in ENVIRONMENTS
    }
    assert states == {"dev": {"DISABLED"}, "staging": {"DISABLED"}, "prod": {"ENABLED"}}


@in_every_environment
def test_a_schedule_asks_delivery_and_starts_nothing_itself(environment: str) -> None:
    (schedule,) = releases_of(environment).all("aws:scheduler/schedule:Schedule")
    target = schedule.inputs["target"]
    assert target["arn"].endswith(":event-bus/default")
    assert target["eventbridgeParameters"] == {
        "source": "modelyard",
        "detailType": "Retraining Due",
    }
    # The hour for which it was due, not that of a late delivery.
    asked = json.loads(target["input"])
    assert asked == {"model": "flight_delay", "due": "<aws.scheduler.scheduled-time>"}
    heard = [
        json.loads(rule.inputs["eventPattern"])
        for rule in platform_of(environment).all("aws:cloudwatch/eventRule:EventRule")
    ]
    assert any("Retraining Due" in pattern["detail-type"] for pattern in heard)


def test_every_model_is_watched_by_the_image_that_serves_it() -> None:
    deployment = releases_of("prod")
    jobs = {
        each.inputs["metadata"]["name"]: each.inputs["spec"]
        for each in deployment.all("kubernetes:batch/v1:CronJob")
    }
    assert set(jobs) == {"watch-flight-delay", "watch-diabetes"}
    job = jobs["watch-flight-delay"]
    assert (job["concurrencyPolicy"], job["suspend"]) == ("Forbid", False)
    (container,) = job["jobTemplate"]["spec"]["template"]["spec"]["containers"]
    assert container["image"].endswith(LIVE_DIGEST)
    assert container["command"] == ["python", "-m", "ml", "watch", "--model", "flight_delay"]
    assert deployment.exports["watch_jobs"]["flight_delay"] == "watch-flight-delay"


def test_the_clock_of_watching_stands_still_where_schedules_do() -> None:
    for environment in ENVIRONMENTS:
        for job in releases_of(environment).all("kubernetes:batch/v1:CronJob"):
            assert job.inputs["spec"]["suspend"] is (environment != "prod")


@in_every_environment
def test_every_signal_that_may_ring_has_an_alarm_that_delivery_hears(environment: str) -> None:
    deployment = releases_of(environment)
    alarms = {
        each.inputs["dimensions"]["Signal"]: each
        for each in deployment.all("aws:cloudwatch/metricAlarm:MetricAlarm")
        if each.inputs["namespace"] == "Modelyard"
    }
    assert set(alarms) == {"mean_prediction", "label_rate", "performance"}
    for alarm in alarms.values():
        said = alarm.inputs
        assert said["dimensions"]["Model"] == "flight_delay"
        assert (said["evaluationPeriods"], said["datapointsToAlarm"], said["period"]) == (
            7,
            1,
            86400,
        )
        assert said["treatMissingData"] == "notBreaching"
    (rule,) = (
        json.loads(each.inputs["eventPattern"])
        for each in deployment.all("aws:cloudwatch/eventRule:EventRule")
        if each.name.startswith("flight-delay-drift")
    )
    assert rule["source"] == ["aws.cloudwatch"]
    assert rule["detail"]["state"] == {"value": ["ALARM"]}
    assert len(rule["detail"]["alarmName"]) == 3


def test_no_training_role_signs() -> None:
    roles = {
        step["Name"]: step["Arguments"]["RoleArn"]
        for step in _definition("prod", "flight-delay-training")["Steps"]
    }
    signing = {name for name, role in roles.items() if role == "platform-packaging_role_arn"}
    assert signing == {"package", "register"}


def _definition(environment: str, pipeline: str) -> dict[str, Any]:
    (found,) = (
        each
        for each in releases_of(environment).all("aws:sagemaker/pipeline:Pipeline")
        if each.inputs["pipelineName"] == pipeline
    )
    definition: dict[str, Any] = json.loads(found.inputs["pipelineDefinition"])
    return definition


def _defaults(environment: str, pipeline: str) -> dict[str, str]:
    parameters = _definition(environment, pipeline)["Parameters"]
    return {each["Name"]: each["DefaultValue"] for each in parameters}


def _steps(environment: str, pipeline: str) -> list[str]:
    steps = _definition(environment, pipeline)["Steps"]
    return [each["Name"] for each in steps]
