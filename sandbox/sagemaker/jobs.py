"""What a processing or training step asks for, as a container to run."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sandbox.sagemaker.definition import DefinitionError, Step

LOG_GROUPS = {
    "Processing": "/aws/sagemaker/ProcessingJobs",
    "Training": "/aws/sagemaker/TrainingJobs",
}
"""Step type → where AWS keeps the job's log."""

_DAY = 86400


@dataclass(frozen=True, kw_only=True)
class Job:
    """A container with a role and a time limit."""

    kind: str
    image: str
    argv: tuple[str, ...]
    """Empty means the image's own command."""
    environment: Mapping[str, str]
    role_arn: str
    seconds: int


def job_of(step: Step, arguments: Mapping[str, Any]) -> Job:
    """Return the job of a step whose arguments are resolved."""
    if step.type == "Processing":
        application = arguments.get("AppSpecification") or {}
        image = application.get("ImageUri")
    else:
        application = arguments.get("AlgorithmSpecification") or {}
        image = application.get("TrainingImage")
    if not image:
        raise DefinitionError(f"Step {step.name} names no image.")
    if not arguments.get("RoleArn"):
        raise DefinitionError(f"Step {step.name} names no RoleArn.")
    words = [
        *(application.get("ContainerEntrypoint") or []),
        *(application.get("ContainerArguments") or []),
    ]
    limit = (arguments.get("StoppingCondition") or {}).get("MaxRuntimeInSeconds") or _DAY
    return Job(
        kind=step.type,
        image=str(image),
        argv=tuple(map(str, words)),
        environment={
            key: str(value) for key, value in (arguments.get("Environment") or {}).items()
        },
        role_arn=str(arguments["RoleArn"]),
        seconds=int(limit),
    )


def refuse_what_cannot_run(step: Step) -> None:
    """Say before anything starts that a step needs what the sandbox has not."""
    if step.type not in ("Processing", "Training", "Condition", "Fail"):
        raise DefinitionError(
            f"Step {step.name} is of type {step.type}; "
            "the sandbox runs Processing, Training, Condition and Fail."
        )
    carried = [
        key
        for key in ("ProcessingInputs", "ProcessingOutputConfig", "InputDataConfig")
        if step.arguments.get(key)
    ]
    if carried:
        raise DefinitionError(
            f"Step {step.name} wants SageMaker to copy files ({', '.join(carried)}); "
            "in the sandbox a step reads and writes S3 itself."
        )
