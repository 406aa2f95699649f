"""What SageMaker answers about executions and their steps."""

import datetime
from typing import Any

from sandbox.sagemaker.execution import Execution


def variables(pipeline: Any, arn: str) -> dict[str, str]:
    """Return the execution variables that expressions can read."""
    started = datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return {
        "PipelineExecutionId": arn.rpartition("/")[2],
        "PipelineExecutionArn": arn,
        "PipelineName": pipeline.pipeline_name,
        "PipelineArn": pipeline.arn,
        "StartDateTime": started,
        "CurrentDateTime": started,
    }


def moment(text: str | None) -> datetime.datetime | None:
    """Return the time that was written down."""
    return datetime.datetime.fromisoformat(text) if text else None


def from_runs(execution: Execution) -> list[dict[str, Any]]:
    """Return the steps of an execution of this boot, in the order they started."""
    steps = []
    for each in execution.runs:
        step = {
            "StepName": each.name,
            "StepDisplayName": each.display_name or None,
            "StepStatus": each.status,
            "StartTime": each.started,
            "EndTime": each.ended,
            "AttemptCount": 1,
            "FailureReason": each.failure or None,
            "Metadata": each.metadata or None,
        }
        steps.append({key: value for key, value in step.items() if value is not None})
    return steps


def from_record(record: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the steps of an execution of an earlier boot."""
    steps = []
    for each in record["steps"]:
        step = {
            "StepName": each["name"],
            "StepStatus": each["status"],
            "StartTime": moment(each["started"]),
            "EndTime": moment(each["ended"]),
            "FailureReason": each["failure"] or None,
        }
        steps.append({key: value for key, value in step.items() if value is not None})
    return steps
