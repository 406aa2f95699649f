"""One model's answers, from a digest-pinned image behind a stable address."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
import pulumi_kubernetes as k8s

from infra.model_deployment.guarded_pod import PodPlan, pod_template
from infra.model_deployment.traffic import callers, only_named
from ml.workloads import Workload

CAPTURE = {"capture": ("/var/lib/modelyard/capture", "2Gi")}
"""Captured answers wait here until they are in S3; the volume outlives the container."""


@dataclass(frozen=True, kw_only=True)
class EndpointArgs:
    """What a caller decides about an `Endpoint`."""

    workload: Workload
    """The server as the model's spec asks for it; its name becomes the service's address."""

    image: pulumi.Input[str]
    """Full reference by digest."""

    namespace: pulumi.Input[str]
    """Where the endpoint runs."""

    service_account: pulumi.Input[str]
    """What it runs as."""

    environment: Mapping[str, pulumi.Input[str]]
    """Which version it serves, and where captured answers go."""

    minimum_replicas: int
    """Pods that are always there."""

    maximum_replicas: int
    """Pods that are never exceeded."""

    caller_namespaces: tuple[str, ...] = ()
    """Namespaces whose pods may call; none means nobody."""

    def __post_init__(self) -> None:
        if not 1 <= self.minimum_replicas <= self.maximum_replicas:
            raise ValueError(
                "minimum_replicas must be from 1 to maximum_replicas, "
                f"got {self.minimum_replicas} and {self.maximum_replicas}"
            )


class Endpoint(pulumi.ComponentResource):
    """A service whose pods roll without a failed request and scale within bounds."""

    service_name: pulumi.Output[str]
    port: pulumi.Output[int]

    def __init__(
        self,
        name: str,
        args: EndpointArgs,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("modelyard:model_deployment:Endpoint", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        labels = {
            "app.kubernetes.io/name": args.workload.name,
            "app.kubernetes.io/component": "endpoint",
        }
        metadata: k8s.meta.v1.ObjectMetaArgsDict = {
            "name": args.workload.name,
            "namespace": args.namespace,
            "labels": labels,
        }

        inward = callers(args.caller_namespaces, args.workload.port)
        only_named(name, metadata, labels, child, inward)
        service = k8s.core.v1.Service(
            f"{name}-service",
            metadata=metadata,
            spec={
                "type": "ClusterIP",
                "selector": labels,
                "ports": [{"name": "http", "port": args.workload.port, "target_port": "http"}],
            },
            opts=child,
        )
        deployment = self._deploy(name, args, labels, metadata)
        self._keep_available(name, args, labels, metadata, deployment)

        self.service_name = service.metadata["name"]
        self.port = pulumi.Output.from_input(args.workload.port)
        self.register_outputs({"service_name": self.service_name, "port": self.port})

    def _deploy(
        self,
        name: str,
        args: EndpointArgs,
        labels: dict[str, str],
        metadata: k8s.meta.v1.ObjectMetaArgsDict,
    ) -> k8s.apps.v1.Deployment:
        """The pods. Their number is the autoscaler's business, so none is given here."""
        plan = PodPlan(
            workload=args.workload,
            image=args.image,
            labels=labels,
            service_account=args.service_account,
            environment=args.environment,
            volumes=CAPTURE,
        )
        return k8s.apps.v1.Deployment(
            f"{name}-deployment",
            metadata=metadata,
            spec={
                "selector": {"match_labels": labels},
                # A new pod is ready before an old one leaves. All start at once, so that a
                # release, and a rollback more so, takes as long as one pod's start; where a
                # cluster has no room for that, they start as room comes.
                "strategy": {
                    "type": "RollingUpdate",
                    "rolling_update": {"max_unavailable": 0, "max_surge": "100%"},
                },
                "progress_deadline_seconds": 300,
                "revision_history_limit": 5,
                "template": pod_template(plan),
            },
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _keep_available(
        self,
        name: str,
        args: EndpointArgs,
        labels: dict[str, str],
        metadata: k8s.meta.v1.ObjectMetaArgsDict,
        deployment: k8s.apps.v1.Deployment,
    ) -> None:
        """Enough pods under load, and all but one of them while nodes are drained."""
        child = pulumi.ResourceOptions(parent=self)
        k8s.autoscaling.v2.HorizontalPodAutoscaler(
            f"{name}-autoscaler",
            metadata=metadata,
            spec={
                "scale_target_ref": {
                    "api_version": "apps/v1",
                    "kind": "Deployment",
                    "name": deployment.metadata["name"],
                },
                "min_replicas": args.minimum_replicas,
                "max_replicas": args.maximum_replicas,
                "metrics": [
                    {
                        "type": "Resource",
                        "resource": {
                            "name": "cpu",
                            "target": {"type": "Utilization", "average_utilization": 70},
                        },
                    }
                ],
                # Load comes in waves; leaving slowly costs little and saves cold starts.
                "behavior": {"scale_down": {"stabilization_window_seconds": 300}},
            },
            opts=child,
        )
        k8s.policy.v1.PodDisruptionBudget(
            f"{name}-budget",
            metadata=metadata,
            spec={
                "min_available": args.minimum_replicas - 1,
                "selector": {"match_labels": labels},
            },
            opts=child,
        )
