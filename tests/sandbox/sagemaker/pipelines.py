"""Small pipelines for tests, and a way to run them to their end."""

import json
import time
from typing import Any

from tests.sandbox.sagemaker.conftest import ROLE


def job(name: str, code: str, *words: Any, after: list[str] | None = None) -> dict[str, Any]:
    """A processing step that runs some Python."""
    return {
        "Name": name,
        "Type": "Processing",
        "DependsOn": after or [],
        "Arguments": {
            "AppSpecification": {
                "ImageUri": {"Get": "Parameters.Image"},
                "ContainerEntrypoint": ["python", "-c", code],
                "ContainerArguments": list(words),
            },
            "RoleArn": ROLE,
        },
    }


def create(sagemaker: Any, name: str, steps: list[dict[str, Any]], parallel: int = 1) -> None:
    """Create a pipeline of these steps with the parameters Image and Word."""
    definition = {
        "Version": "2020-12-01",
        "Parameters": [
            {"Name": "Image", "Type": "String", "DefaultValue": "image@sha256:0"},
            {"Name": "Word", "Type": "String", "DefaultValue": "plain"},
            {"Name": "Score", "Type": "Float", "DefaultValue": 0.5},
        ],
        "Steps": steps,
    }
    sagemaker.create_pipeline(
        PipelineName=name,
        PipelineDefinition=json.dumps(definition),
        ClientRequestToken="t" * 32,
        RoleArn=ROLE,
        ParallelismConfiguration={"MaxParallelExecutionSteps": parallel},
    )


def start(sagemaker: Any, name: str, **parameters: str) -> str:
    """Start it and return the execution's ARN."""
    passed = [{"Name": key, "Value": value} for key, value in parameters.items()]
    answer = sagemaker.start_pipeline_execution(PipelineName=name, PipelineParameters=passed)
    return str(answer["PipelineExecutionArn"])


def finish(sagemaker: Any, arn: str) -> dict[str, Any]:
    """Wait for the end of an execution and return its description."""
    until = time.monotonic() + 120
    while time.monotonic() < until:
        found: dict[str, Any] = sagemaker.describe_pipeline_execution(PipelineExecutionArn=arn)
        if found["PipelineExecutionStatus"] not in ("Executing", "Stopping"):
            return found
        time.sleep(0.1)
    raise AssertionError(f"{arn} does not end")


def steps_of(sagemaker: Any, arn: str) -> dict[str, dict[str, Any]]:
    """Return the started steps by name."""
    listed = sagemaker.list_pipeline_execution_steps(
        PipelineExecutionArn=arn, SortOrder="Ascending"
    )
    return {each["StepName"]: each for each in listed["PipelineExecutionSteps"]}
