"""A pipeline of jobs as the model's spec describes it, provisioned and not yet run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_aws as aws

from infra.model_development.definition_template import render
from infra.model_development.pipeline_definition import PipelinePlan
from ml.workloads import Step


@dataclass(frozen=True, kw_only=True)
class JobWalls:
    """What surrounds every job of a pipeline."""

    region: str
    """Region the jobs run in."""

    subnet_ids: pulumi.Input[Sequence[pulumi.Input[str]]]
    """Private subnets the jobs get their addresses from."""

    security_group_id: pulumi.Input[str]
    """What the jobs can reach."""

    volume_key_arn: pulumi.Input[str]
    """Key that encrypts the jobs' disks."""


@dataclass(frozen=True, kw_only=True)
class JobPipelineArgs:
    """What a caller decides about a `JobPipeline`."""

    name: str
    """Physical name: delivery and people start it by name."""

    description: str
    """What a finished execution has achieved."""

    role_arn: pulumi.Input[str]
    """What starts the jobs."""

    steps: tuple[Step, ...]
    """The jobs; one that waits for others comes after them."""

    step_roles: Mapping[str, pulumi.Input[str]]
    """What each job acts as, by step name."""

    defaults: Mapping[str, pulumi.Input[str]]
    """A value for every parameter a job reads."""

    walls: JobWalls
    """Network and keys of the jobs."""

    def __post_init__(self) -> None:
        listed: set[str] = set()
        for step in self.steps:
            if step.name not in self.step_roles:
                raise ValueError(f"step_roles must name a role for the step {step.name!r}")
            if missing := set(step.parameters) - set(self.defaults):
                raise ValueError(f"defaults must give {sorted(missing)} of the step {step.name!r}")
            if unlisted := set(step.after) - listed:
                raise ValueError(f"steps must list {sorted(unlisted)} before {step.name!r}")
            listed.add(step.name)


class JobPipeline(pulumi.ComponentResource):
    """A SageMaker pipeline whose every job is encrypted, in the network, and bounded in time."""

    pipeline_name: pulumi.Output[str]
    pipeline_arn: pulumi.Output[str]

    def __init__(
        self,
        name: str,
        args: JobPipelineArgs,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("modelyard:model_development:JobPipeline", name, None, opts)

        pipeline = aws.sagemaker.Pipeline(
            f"{name}-pipeline",
            pipeline_name=args.name,
            pipeline_display_name=args.name,
            pipeline_description=args.description,
            role_arn=args.role_arn,
            pipeline_definition=definition(args),
            # Steps that wait for the same one run side by side; more would be paid for at once.
            parallelism_configuration={"max_parallel_execution_steps": 2},
            opts=pulumi.ResourceOptions(parent=self),
        )

        self.pipeline_name = pipeline.pipeline_name
        self.pipeline_arn = pipeline.arn
        self.register_outputs(
            {"pipeline_name": self.pipeline_name, "pipeline_arn": self.pipeline_arn}
        )


def definition(args: JobPipelineArgs) -> pulumi.Output[str]:
    """The pipeline's definition, once everything it names is known."""

    def plan(known: dict[str, Any]) -> str:
        return render(
            PipelinePlan(name=args.name, region=args.walls.region, steps=args.steps, **known)
        )

    return pulumi.Output.all(
        roles=dict(args.step_roles),
        defaults=dict(args.defaults),
        subnet_ids=args.walls.subnet_ids,
        security_group_id=args.walls.security_group_id,
        volume_key_arn=args.walls.volume_key_arn,
    ).apply(plan)
