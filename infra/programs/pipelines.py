"""One model's way from data to a registered version."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi

from infra.administration.event_route import EventRoute, EventRouteArgs
from infra.model_development.job_pipeline import JobPipeline, JobPipelineArgs, JobWalls
from infra.model_development.model_registry import ModelRegistry, ModelRegistryArgs
from infra.monitoring.pipeline_watch import PipelineWatch, PipelineWatchArgs
from infra.programs.release_scope import ReleaseScope
from ml.spec import ModelSpec
from ml.workloads import Step, data_steps, training_steps

SIGNING_STEPS = {"package", "register"}
"""Steps that run under the packaging role: no role that trains can also sign."""

NO_IMAGE = "none"
"""What a pipeline names before the first release; starting it then fails at once."""


@dataclass(frozen=True, kw_only=True)
class ModelPipelines:
    """Names by which a model's pipelines are started and its versions are found."""

    training: pulumi.Output[str]
    data: pulumi.Output[str]
    group: pulumi.Output[str]


def make_pipelines(scope: ReleaseScope, spec: ModelSpec) -> ModelPipelines:
    """The model's registry, its two pipelines, what starts them and who hears of the result."""
    platform = scope.platform
    group = ModelRegistry(
        f"{spec.kebab}-registry",
        ModelRegistryArgs(group_name=spec.kebab, description=f"Versions of {spec.name}"),
        scope.cloud,
    )
    registration = EventRouteArgs(
        description=f"A version of {spec.name} was registered or changed its state",
        source="aws.sagemaker",
        kinds=("SageMaker Model Package State Change",),
        detail={"ModelPackageGroupName": [spec.kebab]},
        queue_arn=platform.delivery_queue_arn,
        dead_letter_arn=platform.dead_letter_queue_arn,
    )
    EventRoute(f"{spec.kebab}-registration", registration, scope.cloud)
    training = _make_training(scope, spec, group)
    data = _make_data(scope, spec)
    return ModelPipelines(
        training=training.pipeline_name,
        data=data.pipeline_name,
        group=group.group_name,
    )


def _make_training(scope: ReleaseScope, spec: ModelSpec, group: ModelRegistry) -> JobPipeline:
    """From tables to a registered version; the callers give what differs from run to run."""
    platform, line = scope.platform, scope.live(spec.name)
    steps = training_steps(spec)
    roles = {
        step.name: platform.packaging_role_arn
        if step.name in SIGNING_STEPS
        else platform.training_role_arn
        for step in steps
    }
    defaults: dict[str, pulumi.Input[str]] = {
        "Source": scope.source,
        "Lake": scope.lake,
        "Artifacts": pulumi.Output.concat("s3://", platform.artifacts_bucket),
        "Start": "all",
        "End": "all",
        "Days": "all",
        "Sample": str(scope.settings.sample_fraction),
        "Champion": line.package if line else "none",
        "GitSha": "unknown",
        "ImageDigest": (line.image if line else scope.settings.runtime_image) or NO_IMAGE,
        "SigningKey": platform.signing_key_arn,
        "Environment": scope.settings.environment,
        "Group": group.group_name,
    }
    return _make(scope, spec, "training", steps, roles, defaults)


def _make_data(scope: ReleaseScope, spec: ModelSpec) -> JobPipeline:
    """From landed files to curated tables, and to their mirror where one is made."""
    platform = scope.platform
    steps = data_steps(spec, mirrored=scope.settings.mirrored)
    defaults: dict[str, pulumi.Input[str]] = {
        "Lake": scope.lake,
        "Mirror": pulumi.Output.concat("s3://", platform.mirror_bucket),
        "Secret": platform.pseudonym_secret_arn,
    }
    roles = {step.name: platform.data_role_arn for step in steps}
    return _make(scope, spec, "data", steps, roles, defaults)


def _make(
    scope: ReleaseScope,
    spec: ModelSpec,
    kind: str,
    steps: tuple[Step, ...],
    roles: dict[str, pulumi.Output[str]],
    defaults: Mapping[str, pulumi.Input[str]],
) -> JobPipeline:
    platform = scope.platform
    pipeline = JobPipeline(
        f"{spec.kebab}-{kind}",
        JobPipelineArgs(
            name=f"{spec.kebab}-{kind}",
            description=f"{', '.join(step.name for step in steps)} of {spec.name}",
            role_arn=platform.pipeline_role_arn,
            steps=steps,
            step_roles=roles,
            defaults={"Image": scope.image(spec.name) or NO_IMAGE, **defaults},
            walls=JobWalls(
                region=scope.settings.region,
                subnet_ids=platform.private_subnet_ids,
                security_group_id=platform.jobs_security_group_id,
                volume_key_arn=platform.data_key_arn,
            ),
        ),
        scope.cloud,
    )
    watch = PipelineWatchArgs(
        pipeline_name=pipeline.pipeline_name, topic_arn=platform.alarm_topic_arn
    )
    PipelineWatch(f"{spec.kebab}-{kind}-watch", watch, scope.cloud)
    return pipeline
