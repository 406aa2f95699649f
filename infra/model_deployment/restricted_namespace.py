"""A namespace in which only well-behaved pods can start, and only named traffic flows."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
import pulumi_kubernetes as k8s


@dataclass(frozen=True, kw_only=True)
class RestrictedNamespaceArgs:
    """What a caller decides about a `RestrictedNamespace`."""

    name: str
    """Physical name: service addresses and pod identities contain it."""

    cluster_version: str
    """Version of the pod security standard; newer rules apply when the cluster is upgraded."""

    cpu: int
    """Cores that all pods together may request."""

    memory_gib: int
    """Memory that all pods together may request and use."""

    pods: int
    """How many pods there may be."""

    def __post_init__(self) -> None:
        for field in ("cpu", "memory_gib", "pods"):
            if getattr(self, field) < 1:
                raise ValueError(f"{field} must be at least 1, got {getattr(self, field)}")


class RestrictedNamespace(pulumi.ComponentResource):
    """Pod security `restricted`, a quota, default limits, and no traffic unless allowed."""

    namespace: pulumi.Output[str]

    def __init__(
        self,
        name: str,
        args: RestrictedNamespaceArgs,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("modelyard:model_deployment:RestrictedNamespace", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)

        space = k8s.core.v1.Namespace(
            f"{name}-namespace",
            metadata={"name": args.name, "labels": security_labels(args.cluster_version)},
            opts=child,
        )
        namespace = space.metadata.name
        k8s.core.v1.ResourceQuota(
            f"{name}-quota",
            metadata={"name": "quota", "namespace": namespace},
            spec={"hard": quota(args)},
            opts=child,
        )
        k8s.core.v1.LimitRange(
            f"{name}-limits",
            metadata={"name": "limits", "namespace": namespace},
            spec={"limits": [default_limits()]},
            opts=child,
        )
        k8s.networking.v1.NetworkPolicy(
            f"{name}-default-deny",
            metadata={"name": "default-deny", "namespace": namespace},
            spec={"pod_selector": {}, "policy_types": ["Ingress", "Egress"]},
            opts=child,
        )
        k8s.networking.v1.NetworkPolicy(
            f"{name}-dns",
            metadata={"name": "allow-dns", "namespace": namespace},
            spec={"pod_selector": {}, "policy_types": ["Egress"], "egress": [dns_egress()]},
            opts=child,
        )
        # The account every pod gets that names none: it must be able to do nothing at all.
        k8s.core.v1.ServiceAccount(
            f"{name}-default-account",
            metadata={"name": "default", "namespace": namespace},
            automount_service_account_token=False,
            opts=child,
        )

        self.namespace = namespace
        self.register_outputs({"namespace": self.namespace})


def security_labels(version: str) -> dict[str, str]:
    """Labels by which the API server enforces the `restricted` standard of one version."""
    prefix = "pod-security.kubernetes.io"
    return {
        f"{prefix}/enforce": "restricted",
        f"{prefix}/enforce-version": f"v{version}",
        f"{prefix}/audit": "restricted",
        f"{prefix}/warn": "restricted",
    }


def quota(args: RestrictedNamespaceArgs) -> dict[str, str]:
    """What all pods together may take, and no address outside the cluster."""
    return {
        "pods": str(args.pods),
        "requests.cpu": str(args.cpu),
        "requests.memory": f"{args.memory_gib}Gi",
        "limits.memory": f"{args.memory_gib}Gi",
        "services.loadbalancers": "0",
        "services.nodeports": "0",
    }


def default_limits() -> k8s.core.v1.LimitRangeItemArgsDict:
    """For a container that asks for nothing; under a quota it would not be admitted."""
    return {
        "type": "Container",
        "default": {"memory": "512Mi", "ephemeral-storage": "1Gi"},
        "default_request": {"cpu": "100m", "memory": "512Mi", "ephemeral-storage": "256Mi"},
    }


def dns_egress() -> k8s.networking.v1.NetworkPolicyEgressRuleArgsDict:
    """The cluster's name service, by the namespace it runs in."""
    dns = {"kubernetes.io/metadata.name": "kube-system"}
    return {
        "to": [{"namespace_selector": {"match_labels": dns}}],
        "ports": [{"protocol": "UDP", "port": 53}, {"protocol": "TCP", "port": 53}],
    }
