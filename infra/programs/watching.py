"""What watches one model, and how its alarms and its calendar reach delivery."""

from __future__ import annotations

import pulumi

from infra.administration.event_route import EventRoute, EventRouteArgs
from infra.model_deployment.scheduled_job import ScheduledJob, ScheduledJobArgs
from infra.model_development.retraining_schedule import (
    RetrainingSchedule,
    RetrainingScheduleArgs,
)
from infra.monitoring.drift_watch import DriftWatch, DriftWatchArgs
from infra.names import ALARM_CHANGED
from infra.programs.release_scope import ReleaseScope
from ml.spec import ModelSpec
from ml.workloads import watcher


def make_watching(
    scope: ReleaseScope, spec: ModelSpec, account: pulumi.Input[str] | None
) -> pulumi.Output[str] | None:
    """The weekly job, from the first release image on; its name, or none before that."""
    image, platform = scope.image(spec.name), scope.platform
    if image is None or account is None:
        return None
    job = watcher(spec)
    scheduled = ScheduledJobArgs(
        job=job,
        component="watch",
        image=image,
        namespace=platform.namespace,
        service_account=account,
        environment={
            "AWS_REGION": scope.settings.region,
            "MODELYARD_ENVIRONMENT": scope.settings.environment,
            "MODELYARD_LAKE": scope.lake,
            "MODELYARD_ARTIFACTS": pulumi.Output.concat("s3://", platform.artifacts_bucket),
        },
        enabled=scope.settings.schedules_enabled,
    )
    return ScheduledJob(job.name, scheduled, scope.cloud).job_name


def make_drift_alarms(scope: ReleaseScope, spec: ModelSpec) -> None:
    """An alarm per signal, heard by people and by delivery; none where no signal may ring."""
    signals = tuple(alarm.signal for alarm in spec.monitoring.alarms)
    if not signals:
        return
    platform = scope.platform
    watch = DriftWatch(
        f"{spec.kebab}-drift",
        DriftWatchArgs(model=spec.name, signals=signals, topic_arn=platform.alarm_topic_arn),
        scope.cloud,
    )
    route = EventRouteArgs(
        description=f"A watched signal of {spec.name} broke",
        source="aws.cloudwatch",
        kinds=(ALARM_CHANGED,),
        # Only into ALARM: that a week is calm again is no reason to train.
        detail={"alarmName": watch.alarm_names, "state": {"value": ["ALARM"]}},
        queue_arn=platform.delivery_queue_arn,
        dead_letter_arn=platform.dead_letter_queue_arn,
    )
    EventRoute(f"{spec.kebab}-drift-alarms", route, scope.cloud)


def make_schedule(scope: ReleaseScope, spec: ModelSpec) -> pulumi.Output[str] | None:
    """Retraining by the clock, where the model asks for it; its name, or none."""
    if spec.retrain.schedule is None or "schedule" not in spec.retrain.triggers:
        return None
    platform = scope.platform
    args = RetrainingScheduleArgs(
        model=spec.name,
        bus_arn=f"arn:aws:events:{scope.settings.region}:{scope.settings.account_id}"
        ":event-bus/default",
        role_arn=platform.scheduler_role_arn,
        dead_letter_arn=platform.dead_letter_queue_arn,
        key_arn=platform.messaging_key_arn,
        cron=spec.retrain.schedule,
        enabled=scope.settings.schedules_enabled,
    )
    return RetrainingSchedule(f"{spec.kebab}-retraining", args, scope.cloud).schedule_name
