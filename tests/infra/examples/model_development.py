"""The smallest valid args of each component of model development."""

from __future__ import annotations

from typing import Any

from infra.model_development.image_registry import ImageRegistry, ImageRegistryArgs
from infra.model_development.job_pipeline import JobPipeline, JobPipelineArgs, JobWalls
from infra.model_development.model_registry import ModelRegistry, ModelRegistryArgs
from infra.model_development.retraining_schedule import RetrainingSchedule, RetrainingScheduleArgs
from ml.workloads import data_steps
from tests.infra.examples.values import IMAGE, KEY, MODEL, QUEUE, ROLE

STEPS = data_steps(MODEL)
EXAMPLES: dict[Any, Any] = {
    ImageRegistry: ImageRegistryArgs(
        name="modelyard/release", key_arn=KEY, next_accounts=("222222222222",)
    ),
    JobPipeline: JobPipelineArgs(
        name="flight-delay-data",
        description="Curated tables",
        role_arn=ROLE,
        steps=STEPS,
        step_roles={step.name: ROLE for step in STEPS},
        defaults={"Image": IMAGE, "Lake": "s3://l", "Mirror": "s3://m", "Secret": "arn"},
        walls=JobWalls(
            region="eu-west-1",
            subnet_ids=["subnet-1"],
            security_group_id="sg-1",
            volume_key_arn=KEY,
        ),
    ),
    ModelRegistry: ModelRegistryArgs(group_name="flight-delay", description="Versions"),
    RetrainingSchedule: RetrainingScheduleArgs(
        model="flight_delay",
        bus_arn="arn:aws:events:eu-west-1:111122223333:event-bus/default",
        role_arn=ROLE,
        dead_letter_arn=QUEUE,
        key_arn=KEY,
        cron="0 6 1 * *",
        enabled=False,
    ),
}
