"""The one place that knows the SageMaker SDK: steps in, a pipeline's definition out."""

from __future__ import annotations

import json
import logging
import os
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from ml.workloads import RUN, Step


@dataclass(frozen=True, kw_only=True)
class PipelinePlan:
    """Everything a definition is made of, all values known."""

    name: str
    region: str
    steps: Sequence[Step]
    roles: Mapping[str, str]
    """What each step acts as, by step name."""
    defaults: Mapping[str, str]
    """A value for every parameter, so that the pipeline can also be started by the clock."""
    subnet_ids: Sequence[str]
    security_group_id: str
    volume_key_arn: str
    max_hours: int = 4
    """After this long a step is stopped."""


def compile_definition(plan: PipelinePlan) -> str:
    """The definition as SageMaker takes it. Reads no credentials and calls nothing."""
    with _quiet_import(plan.region):
        from sagemaker.core.workflow.execution_variables import ExecutionVariables
        from sagemaker.core.workflow.parameters import ParameterString
        from sagemaker.mlops.workflow.pipeline import Pipeline
        from sagemaker.mlops.workflow.steps import Step as SdkStep
        from sagemaker.mlops.workflow.steps import StepTypeEnum

    class JobStep(SdkStep):  # type: ignore[misc]
        """A processing job by its request; the SDK's own step wants a live session for that."""

        def __init__(self, name: str, request: dict[str, Any], after: list[SdkStep]) -> None:
            super().__init__(name, step_type=StepTypeEnum.PROCESSING, depends_on=after)
            self.request = request

        @property
        def arguments(self) -> dict[str, Any]:
            return self.request

        @property
        def properties(self) -> None:
            raise AttributeError("no step reads another's properties; runs meet in S3")

    parameters = {
        name: ParameterString(name=name, default_value=plan.defaults[name])
        for name in dict.fromkeys(["Image", *(p for s in plan.steps for p in s.parameters)])
    }
    values = {**parameters, RUN: ExecutionVariables.PIPELINE_EXECUTION_ID}
    jobs: dict[str, SdkStep] = {}
    for step in plan.steps:
        before = [jobs[name] for name in step.after]
        jobs[step.name] = JobStep(step.name, job_request(plan, step, values), before)
    # A session would look for credentials and a bucket; compiling a definition needs neither.
    offline = SimpleNamespace(client=lambda service: None)
    absent = SimpleNamespace(sagemaker_config=None, local_mode=False, boto_session=offline)
    pipeline = Pipeline(
        name=plan.name,
        parameters=list(parameters.values()),
        steps=list(jobs.values()),
        sagemaker_session=absent,
        # Experiments are MLflow's business.
        pipeline_experiment_config=None,
    )
    definition = json.loads(pipeline.definition())
    # The SDK writes null for sections that are not used; the service wants them left out.
    used = {key: value for key, value in definition.items() if value is not None}
    return json.dumps(used, sort_keys=True)


def job_request(plan: PipelinePlan, step: Step, values: Mapping[str, Any]) -> dict[str, Any]:
    """The job of one step: its command, its role, and the walls around it."""
    arguments = [part for flag, name in step.arguments for part in (flag, values[name])]
    return {
        "AppSpecification": {
            "ImageUri": values["Image"],
            "ContainerEntrypoint": list(step.command),
            "ContainerArguments": arguments,
        },
        "ProcessingResources": {
            "ClusterConfig": {
                "InstanceCount": 1,
                "InstanceType": step.instance_type,
                "VolumeSizeInGB": 30,
                "VolumeKmsKeyId": plan.volume_key_arn,
            }
        },
        "NetworkConfig": {
            "EnableInterContainerTrafficEncryption": True,
            # Steps read and write tables themselves; isolation would cut them off from S3.
            # The security group and the endpoints' policies are what confines them.
            "EnableNetworkIsolation": False,
            "VpcConfig": {
                "SecurityGroupIds": [plan.security_group_id],
                "Subnets": list(plan.subnet_ids),
            },
        },
        "RoleArn": plan.roles[step.name],
        "StoppingCondition": {"MaxRuntimeInSeconds": plan.max_hours * 3600},
    }


@contextmanager
def _quiet_import(region: str) -> Iterator[None]:
    """The SDK makes AWS clients while it is imported: give them a region and no credentials.

    A preview must work, and stay quick, on a machine that has no account.
    """
    needed = {
        "AWS_DEFAULT_REGION": region,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_ACCESS_KEY_ID": "none",
        "AWS_SECRET_ACCESS_KEY": "none",
    }
    # A named profile would be looked up before the keys above are.
    removed = ("AWS_PROFILE", "AWS_DEFAULT_PROFILE")
    before = {name: os.environ.get(name) for name in (*needed, *removed)}
    os.environ.update(needed)
    for name in removed:
        os.environ.pop(name, None)
    logging.getLogger("sagemaker.config").setLevel(logging.WARNING)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
