"""A pipeline's definition is the model's steps, walled in, and never calls anybody."""

from __future__ import annotations

import json
import socket
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from infra.model_development import definition_template
from infra.model_development.definition_template import render
from infra.model_development.job_pipeline import JobPipeline, JobPipelineArgs
from infra.model_development.pipeline_definition import PipelinePlan, compile_definition
from infra.model_development.retraining_schedule import schedule_expression
from ml.workloads import RUN, data_steps, training_steps
from tests.infra.examples import EXAMPLES
from tests.infra.examples.values import IMAGE, KEY, MODEL, ROLE

STEPS = training_steps(MODEL)
PLAN = PipelinePlan(
    name="flight-delay-training",
    region="eu-west-1",
    steps=STEPS,
    roles={step.name: f"{ROLE}-{step.name}" for step in STEPS},
    defaults={
        "Image": IMAGE,
        **{name: f"value of {name}" for step in STEPS for name in step.parameters},
    }
    | {"Image": IMAGE},
    subnet_ids=["subnet-1", "subnet-2"],
    security_group_id="sg-1",
    volume_key_arn=KEY,
)


@pytest.fixture(autouse=True)
def _alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No template of an earlier run, no credentials, and no network."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setenv("AWS_PROFILE", "nobody")

    def refuse(*_: object) -> None:
        raise AssertionError("a definition must not call anybody")

    monkeypatch.setattr(socket.socket, "connect", refuse)


def test_steps_run_one_after_the_other_under_their_own_roles() -> None:
    steps = json.loads(render(PLAN))["Steps"]
    assert [step["Name"] for step in steps] == [step.name for step in STEPS]
    for before, after in pairwise(steps):
        assert after["DependsOn"] == [before["Name"]]
    for step in steps:
        assert step["Arguments"]["RoleArn"] == f"{ROLE}-{step['Name']}"


def test_arguments_name_parameters_and_the_run_is_the_execution() -> None:
    first = json.loads(render(PLAN))["Steps"][0]["Arguments"]["AppSpecification"]
    assert first["ContainerEntrypoint"] == list(STEPS[0].command)
    assert first["ImageUri"] == {"Get": "Parameters.Image"}
    given = dict(
        zip(first["ContainerArguments"][::2], first["ContainerArguments"][1::2], strict=True)
    )
    for flag, name in STEPS[0].arguments:
        expected = "Execution.PipelineExecutionId" if name == RUN else f"Parameters.{name}"
        assert given[flag] == {"Get": expected}


def test_every_job_is_in_the_network_encrypted_and_bounded_in_time() -> None:
    for step in json.loads(render(PLAN))["Steps"]:
        job = step["Arguments"]
        assert job["NetworkConfig"]["EnableInterContainerTrafficEncryption"] is True
        assert job["NetworkConfig"]["VpcConfig"] == {
            "SecurityGroupIds": ["sg-1"],
            "Subnets": ["subnet-1", "subnet-2"],
        }
        assert job["ProcessingResources"]["ClusterConfig"]["VolumeKmsKeyId"] == KEY
        assert job["StoppingCondition"]["MaxRuntimeInSeconds"] == 4 * 3600


def test_a_kept_template_gives_what_the_sdk_would_have_given() -> None:
    first, second = render(PLAN), render(PLAN)
    assert first == second == compile_definition(PLAN)


def test_another_release_does_not_ask_the_sdk_again(monkeypatch: pytest.MonkeyPatch) -> None:
    render(PLAN)

    def refuse(plan: PipelinePlan) -> str:
        raise AssertionError("the template of this shape is known")

    monkeypatch.setattr(definition_template, "compile_definition", refuse)
    newer = replace(PLAN, defaults={**PLAN.defaults, "Champion": "s3://other/manifest.json"})
    parameters = {p["Name"]: p["DefaultValue"] for p in json.loads(render(newer))["Parameters"]}
    assert parameters["Champion"] == "s3://other/manifest.json"
    with pytest.raises(AssertionError, match="is known"):
        render(replace(PLAN, steps=STEPS[:2]))


def test_steps_that_read_the_same_run_side_by_side() -> None:
    steps = data_steps(MODEL)
    roles = {step.name: ROLE for step in steps}
    defaults = dict.fromkeys(("Image", *(name for step in steps for name in step.parameters)), "v")
    plan = replace(PLAN, steps=steps, roles=roles, defaults=defaults)
    found = {each["Name"]: each.get("DependsOn", []) for each in json.loads(render(plan))["Steps"]}
    assert found == {"ingest": [], "refresh": ["ingest"], "redact": ["ingest"]}


def test_a_step_that_waits_for_one_after_it_is_refused() -> None:
    args = EXAMPLES[JobPipeline]
    assert isinstance(args, JobPipelineArgs)
    with pytest.raises(ValueError, match=r"steps must list \['ingest'\] before 'redact'"):
        replace(args, steps=args.steps[::-1])


def test_a_step_without_role_or_a_parameter_without_value_is_refused() -> None:
    args = EXAMPLES[JobPipeline]
    assert isinstance(args, JobPipelineArgs)
    with pytest.raises(ValueError, match="a role for the step 'ingest'"):
        replace(args, step_roles={})
    with pytest.raises(ValueError, match=r"defaults must give \['Lake'\]"):
        replace(args, defaults={"Image": IMAGE, "Mirror": "m", "Secret": "s"})


@pytest.mark.parametrize(
    ("cron", "expected"),
    [
        ("0 6 1 * *", "cron(0 6 1 * ? *)"),
        ("30 5 * * 0", "cron(30 5 ? * 1 *)"),
        ("30 5 * * 1-5", "cron(30 5 ? * 2-6 *)"),
    ],
)
def test_a_cron_line_is_put_into_the_schedulers_words(cron: str, expected: str) -> None:
    assert schedule_expression(cron) == expected


def test_a_cron_line_that_cannot_be_put_so_is_refused() -> None:
    with pytest.raises(ValueError, match="must leave day of month or day of week open"):
        schedule_expression("0 6 1 * 1")
