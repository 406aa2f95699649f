"""What carries captured answers into the predictions table, exactly once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
import pulumi_kubernetes as k8s

from infra.model_deployment.guarded_pod import PodPlan, pod_template
from infra.model_deployment.traffic import only_named
from ml.workloads import Workload


@dataclass(frozen=True, kw_only=True)
class CaptureCollectorArgs:
    """What a caller decides about a `CaptureCollector`."""

    workload: Workload
    """The collector as the workloads describe it."""

    image: pulumi.Input[str]
    """Full reference by digest."""

    namespace: pulumi.Input[str]
    """Where it runs."""

    service_account: pulumi.Input[str]
    """What it runs as."""

    environment: Mapping[str, pulumi.Input[str]]
    """Which lake it works on."""


class CaptureCollector(pulumi.ComponentResource):
    """One pod, never two at a time: the table has one writer."""

    deployment_name: pulumi.Output[str]

    def __init__(
        self,
        name: str,
        args: CaptureCollectorArgs,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("modelyard:model_deployment:CaptureCollector", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        labels = {
            "app.kubernetes.io/name": args.workload.name,
            "app.kubernetes.io/component": "collector",
        }
        metadata: k8s.meta.v1.ObjectMetaArgsDict = {
            "name": args.workload.name,
            "namespace": args.namespace,
            "labels": labels,
        }

        only_named(name, metadata, labels, child)
        plan = PodPlan(
            workload=args.workload,
            image=args.image,
            labels=labels,
            service_account=args.service_account,
            environment=args.environment,
            volumes={},
        )
        deployment = k8s.apps.v1.Deployment(
            f"{name}-deployment",
            metadata=metadata,
            spec={
                "replicas": 1,
                "selector": {"match_labels": labels},
                # The old one leaves before the new one starts.
                "strategy": {"type": "Recreate"},
                "progress_deadline_seconds": 300,
                "revision_history_limit": 5,
                "template": pod_template(plan),
            },
            opts=child,
        )

        self.deployment_name = deployment.metadata["name"]
        self.register_outputs({"deployment_name": self.deployment_name})
