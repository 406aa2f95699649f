"""Every model is watched, and what rings or is due reaches delivery; nothing starts by itself."""

from __future__ import annotations

import json

from tests.infra.stacks import (
    ENVIRONMENTS,
    LIVE_DIGEST,
    in_every_environment,
    platform_of,
    releases_of,
)


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
