"""Starts the training pipeline that the stack provisioned, and follows it to its end."""

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import ClientError

from modelyard.errors import NotUpError, RefusedError
from modelyard.live.releases import ReleaseLines
from modelyard.place import Place

NO_CHAMPION = "none"
DONE = {"Succeeded", "Failed", "Stopped"}
REQUESTED_BY = "requested by "
"""How a run's description names who asked for it: the ARN that STS gave."""
_NO_SUCH_RUN = {"ResourceNotFound", "ValidationException"}


@dataclass(frozen=True, kw_only=True)
class Execution:
    """One run of a pipeline as it stands now."""

    arn: str
    status: str
    reason: str = ""
    steps: dict[str, str] = field(default_factory=dict)

    @property
    def run(self) -> str:
        """The run's id, which names its folder of artifacts."""
        return self.arn.rsplit("/", 1)[-1]


def image_reference(place: Place, digest: str) -> str:
    """Return an image of the environment's own repository by digest."""
    return f"{place.platform.image_repository_url}@{digest}"


def start_training(
    place: Place,
    model: str,
    release: dict[str, Any],
    *,
    name: str,
    start: str = "",
    end: str = "",
    days: str = "",
    requested_by: str = "",
) -> str:
    """Start training once under this name; a second call finds the first one's execution.

    Whatever became of it: who wants another try gives it another name. The run itself says who
    asked for it, the caller by default: delivery holds that against whoever answers for it.
    """
    pipeline = _pipeline(place.releases.training_pipelines, place, model)
    platform = place.platform
    champion = ReleaseLines.of(place).live(model)
    parameters = {
        "Image": image_reference(place, release["image_digest"]),
        "Artifacts": f"s3://{platform.artifacts_bucket}",
        "Champion": champion["package"] if champion else NO_CHAMPION,
        "GitSha": release["git_sha"],
        "ImageDigest": release["image_digest"],
    }
    if start:
        parameters["Start"] = start
    if end:
        parameters["End"] = end
    if days:
        parameters["Days"] = days
    return _start(place, pipeline, name, parameters, requested_by or place.caller)


def start_data(place: Place, model: str, image_digest: str, *, name: str) -> str:
    """Start the data pipeline: what has landed is checked, curated and mirrored."""
    pipeline = _pipeline(place.releases.data_pipelines, place, model)
    parameters = {"Image": image_reference(place, image_digest)}
    return _start(place, pipeline, name, parameters, place.caller)


def training_run(place: Place, model: str, name: str) -> Execution | None:
    """Return the training run that was started under this name, or None."""
    return _named(place, _pipeline(place.releases.training_pipelines, place, model), name)


def requester_of_run(place: Place, model: str, run: str) -> str:
    """Return who asked for a training run as it has said since it began; empty where none does.

    No step of a pipeline may change an execution: what trains cannot say who asked for it.
    """
    pipeline = place.releases.training_pipelines.get(model)
    if not pipeline or not run:
        return ""
    arn = f"arn:aws:sagemaker:{place.region}:{place.account}:pipeline/{pipeline}/execution/{run}"
    try:
        found = place.client("sagemaker").describe_pipeline_execution(PipelineExecutionArn=arn)
    except ClientError as error:
        if error.response["Error"]["Code"] not in _NO_SUCH_RUN:
            raise
        return ""
    said = str(found.get("PipelineExecutionDescription") or "")
    return said.removeprefix(REQUESTED_BY) if said.startswith(REQUESTED_BY) else ""


def data_run(place: Place, model: str, name: str) -> Execution | None:
    """Return the run of the data pipeline that was started under this name, or None."""
    return _named(place, _pipeline(place.releases.data_pipelines, place, model), name)


def look(place: Place, arn: str) -> Execution:
    """Return how an execution stands."""
    client = place.client("sagemaker")
    found = client.describe_pipeline_execution(PipelineExecutionArn=arn)
    steps = client.list_pipeline_execution_steps(PipelineExecutionArn=arn, SortOrder="Ascending")
    reasons = [
        f"{each['StepName']}: {each['FailureReason']}"
        for each in steps["PipelineExecutionSteps"]
        if each.get("FailureReason")
    ]
    return Execution(
        arn=arn,
        status=found["PipelineExecutionStatus"],
        reason="; ".join(reasons) or found.get("FailureReason", ""),
        steps={each["StepName"]: each["StepStatus"] for each in steps["PipelineExecutionSteps"]},
    )


def follow(
    place: Place, arn: str, report: Callable[[str], None], *, patience: float = 1800.0
) -> Execution:
    """Wait until an execution has ended, telling its steps; raises when it failed."""
    told: dict[str, str] = {}
    deadline = time.monotonic() + patience
    while True:
        execution = look(place, arn)
        for step, status in execution.steps.items():
            if told.get(step) != status:
                told[step] = status
                report(f"{place.name} {step}: {status.lower()}")
        if execution.status in DONE:
            break
        if time.monotonic() > deadline:
            raise RefusedError(
                f"{arn} is still {execution.status} after {patience:.0f} s.",
                remedy="it goes on; look again with: modelyard status",
            )
        time.sleep(0.2)
    if execution.status != "Succeeded":
        raise RefusedError(
            f"The pipeline run {execution.run} in {place.name} {execution.status.lower()}: "
            f"{execution.reason or 'no reason was given'}",
            remedy="its logs: modelyard sandbox logs aws; mend the cause and start it again",
        )
    return execution


def _pipeline(known: dict[str, str], place: Place, model: str) -> str:
    if model not in known:
        raise NotUpError(
            f"{place.name} has no pipeline for {model}.", remedy=f"modelyard deploy {place.name}"
        )
    return known[model]


def _start(
    place: Place, pipeline: str, name: str, parameters: dict[str, str], requested_by: str
) -> str:
    known = _named(place, pipeline, name)
    if known is not None:
        return known.arn
    answer = place.client("sagemaker").start_pipeline_execution(
        PipelineName=pipeline,
        PipelineExecutionDisplayName=name,
        # In the same call: no crash leaves a run of which nobody knows who asked for it.
        PipelineExecutionDescription=f"{REQUESTED_BY}{requested_by}",
        PipelineParameters=[{"Name": k, "Value": v} for k, v in sorted(parameters.items())],
        # One name may be that of runs of two pipelines.
        ClientRequestToken=hashlib.sha256(f"{pipeline}/{name}".encode()).hexdigest(),
    )
    return str(answer["PipelineExecutionArn"])


def _named(place: Place, pipeline: str, name: str) -> Execution | None:
    pages = place.client("sagemaker").get_paginator("list_pipeline_executions")
    for page in pages.paginate(PipelineName=pipeline):
        for each in page["PipelineExecutionSummaries"]:
            if each.get("PipelineExecutionDisplayName") == name:
                return Execution(
                    arn=each["PipelineExecutionArn"], status=each["PipelineExecutionStatus"]
                )
    return None
