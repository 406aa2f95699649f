"""Starting a pipeline runs its steps, in order, as their role, and tells how each ended."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from sandbox.sagemaker.runner import Runner
from tests.sandbox.sagemaker.pipelines import create, finish, job, start, steps_of

pytestmark = pytest.mark.process

WHO = "import boto3; print('I am', boto3.client('sts').get_caller_identity()['Arn'])"
ECHO = "import sys; print('given', *sys.argv[1:])"


def test_steps_run_in_order_with_what_was_passed(
    client: Callable[[str], Any], folder: Path
) -> None:
    sagemaker = client("sagemaker")
    joined = {"Std:Join": {"On": "/", "Values": ["s3://b", {"Get": "Parameters.Word"}]}}
    run = {"Get": "Execution.PipelineExecutionId"}
    create(
        sagemaker,
        "ordered",
        [job("last", ECHO, after=["first"]), job("first", ECHO, "--to", joined, "--run", run)],
        parallel=2,
    )
    arn = start(sagemaker, "ordered", Word="lake")

    assert finish(sagemaker, arn)["PipelineExecutionStatus"] == "Succeeded"
    steps = steps_of(sagemaker, arn)
    assert [each["StepStatus"] for each in steps.values()] == ["Succeeded", "Succeeded"]
    assert steps["first"]["EndTime"] <= steps["last"]["StartTime"]
    number = arn.rpartition("/")[2]
    written = (folder / "logs" / number / "first.log").read_text()
    assert written == f"given --to s3://b/lake --run {number}\n"
    group, logs = "/aws/sagemaker/ProcessingJobs", client("logs")
    stream = logs.describe_log_streams(logGroupName=group, logStreamNamePrefix=f"{number}-first/")
    events = logs.get_log_events(
        logGroupName=group, logStreamName=stream["logStreams"][0]["logStreamName"]
    )["events"]
    assert [each["message"] for each in events] == [written.strip()]
    listed = sagemaker.list_pipeline_executions(PipelineName="ordered")
    assert listed["PipelineExecutionSummaries"][0]["PipelineExecutionStatus"] == "Succeeded"


def test_a_step_acts_as_its_role_while_it_runs_and_not_after(
    client: Callable[[str], Any], folder: Path, runner: Runner
) -> None:
    sagemaker = client("sagemaker")
    create(sagemaker, "identity", [job("who", WHO)])
    arn = start(sagemaker, "identity")
    assert finish(sagemaker, arn)["PipelineExecutionStatus"] == "Succeeded"
    written = (folder / "logs" / arn.rpartition("/")[2] / "who.log").read_text()
    assert "assumed-role/training/SageMaker" in written
    assert runner.credentials.page({"HTTP_AUTHORIZATION": "guess"})[0] == 403
    assert not runner.credentials._roles


def test_a_failure_names_the_step_and_its_last_words(client: Callable[[str], Any]) -> None:
    sagemaker = client("sagemaker")
    bad = job("bad", "print('reading'); raise SystemExit('no such table: flights')")
    create(sagemaker, "broken", [bad, job("never", ECHO, after=["bad"])])
    arn = start(sagemaker, "broken")

    found = finish(sagemaker, arn)
    assert found["PipelineExecutionStatus"] == "Failed"
    assert "Step bad failed" in found["FailureReason"]
    assert "no such table: flights" in found["FailureReason"]
    steps = steps_of(sagemaker, arn)
    assert set(steps) == {"bad"}
    assert steps["bad"]["StepStatus"] == "Failed"
    assert "exit code 1" in steps["bad"]["FailureReason"]


def test_stopping_ends_the_running_step(client: Callable[[str], Any]) -> None:
    sagemaker = client("sagemaker")
    create(sagemaker, "endless", [job("wait", "import time; time.sleep(600)"), job("next", ECHO)])
    arn = start(sagemaker, "endless")
    sagemaker.stop_pipeline_execution(PipelineExecutionArn=arn, ClientRequestToken="s" * 32)
    assert finish(sagemaker, arn)["PipelineExecutionStatus"] == "Stopped"
    assert "next" not in steps_of(sagemaker, arn)


def test_a_condition_chooses_and_a_fail_step_fails(client: Callable[[str], Any]) -> None:
    sagemaker = client("sagemaker")
    score = {"Get": "Parameters.Score"}
    gate = {
        "Name": "gate",
        "Type": "Condition",
        "Arguments": {
            "Conditions": [
                {"Type": "GreaterThanOrEqualTo", "LeftValue": score, "RightValue": 0.7}
            ],
            "IfSteps": [job("accept", ECHO)],
            "ElseSteps": [
                {
                    "Name": "refuse",
                    "Type": "Fail",
                    "Arguments": {
                        "ErrorMessage": {"Std:Join": {"On": " ", "Values": ["got", score]}}
                    },
                }
            ],
        },
    }
    create(sagemaker, "gated", [gate])
    good, bad = start(sagemaker, "gated", Score="0.9"), start(sagemaker, "gated")
    assert finish(sagemaker, good)["PipelineExecutionStatus"] == "Succeeded"
    assert set(steps_of(sagemaker, good)) == {"gate", "accept"}
    assert "got 0.5" in finish(sagemaker, bad)["FailureReason"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"Type": "Lambda"}, "runs Processing, Training"),
        ({"DependsOn": ["ghost"]}, "unknown ghost"),
    ],
)
def test_what_cannot_run_is_refused_before_it_starts(
    client: Callable[[str], Any], change: dict[str, Any], message: str
) -> None:
    sagemaker = client("sagemaker")
    name = f"refused-{message[:4].strip()}"
    create(sagemaker, name, [{**job("odd", ECHO), **change}])
    with pytest.raises(ClientError, match=message):
        start(sagemaker, name)


def test_an_unknown_parameter_is_refused_with_the_known_ones(
    client: Callable[[str], Any],
) -> None:
    sagemaker = client("sagemaker")
    create(sagemaker, "strict", [job("one", ECHO)])
    with pytest.raises(ClientError, match=r"\[Wrod\].*Image, Score, Word"):
        start(sagemaker, "strict", Wrod="x")


def test_a_role_that_does_not_exist_fails_the_step(client: Callable[[str], Any]) -> None:
    sagemaker = client("sagemaker")
    step = job("one", ECHO)
    step["Arguments"]["RoleArn"] = "arn:aws:iam::111111111111:role/ghost"
    create(sagemaker, "roleless", [step])
    found = finish(sagemaker, start(sagemaker, "roleless"))
    assert "role/ghost does not exist" in found["FailureReason"]


def test_the_same_request_token_starts_once(client: Callable[[str], Any]) -> None:
    sagemaker = client("sagemaker")
    create(sagemaker, "once", [job("one", ECHO)])
    arns = {
        sagemaker.start_pipeline_execution(PipelineName="once", ClientRequestToken="a" * 40)[
            "PipelineExecutionArn"
        ]
        for _ in range(2)
    }
    assert len(arns) == 1
