"""Work inside the cluster that starts by the clock and ends."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
import pulumi_kubernetes as k8s

from infra.model_deployment.guarded_pod import PodPlan, job_template
from infra.model_deployment.traffic import only_named
from ml.workloads import Job


@dataclass(frozen=True, kw_only=True)
class ScheduledJobArgs:
    """What a caller decides about a `ScheduledJob`."""

    job: Job
    """The work as the workloads describe it, with its schedule."""

    component: str
    """What kind of work it is, as a label."""

    image: pulumi.Input[str]
    """Full reference by digest."""

    namespace: pulumi.Input[str]
    """Where it runs."""

    service_account: pulumi.Input[str]
    """What it runs as."""

    environment: Mapping[str, pulumi.Input[str]]
    """What it works on."""

    enabled: bool
    """Whether the clock starts it; switched off, a person still can."""


class ScheduledJob(pulumi.ComponentResource):
    """Never two at a time, each tried three times and stopped at its deadline."""

    job_name: pulumi.Output[str]

    def __init__(
        self,
        name: str,
        args: ScheduledJobArgs,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("modelyard:model_deployment:ScheduledJob", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        labels = {
            "app.kubernetes.io/name": args.job.name,
            "app.kubernetes.io/component": args.component,
        }
        metadata: k8s.meta.v1.ObjectMetaArgsDict = {
            "name": args.job.name,
            "namespace": args.namespace,
            "labels": labels,
        }

        only_named(name, metadata, labels, child)
        job = k8s.batch.v1.CronJob(
            f"{name}-job",
            metadata=metadata,
            spec=by_the_clock(args, labels),
            opts=child,
        )

        self.job_name = job.metadata["name"]
        self.register_outputs({"job_name": self.job_name})


def by_the_clock(
    args: ScheduledJobArgs, labels: dict[str, str]
) -> k8s.batch.v1.CronJobSpecArgsDict:
    """When it starts, how often it is tried, and for how long what it left can be read."""
    plan = PodPlan(
        workload=args.job,
        image=args.image,
        labels=labels,
        service_account=args.service_account,
        environment=args.environment,
        volumes={},
    )
    return {
        "schedule": args.job.schedule,
        "time_zone": "Etc/UTC",
        "suspend": not args.enabled,
        "concurrency_policy": "Forbid",
        # A cluster that was away at the hour starts it when it is back, that day.
        "starting_deadline_seconds": 12 * 3600,
        "successful_jobs_history_limit": 2,
        "failed_jobs_history_limit": 3,
        "job_template": {
            "metadata": {"labels": labels},
            "spec": {
                "active_deadline_seconds": args.job.deadline_seconds,
                "backoff_limit": 2,
                "ttl_seconds_after_finished": 7 * 24 * 3600,
                "template": job_template(plan),
            },
        },
    }
