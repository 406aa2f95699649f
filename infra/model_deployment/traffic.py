"""The named flows of the models' namespace; whatever is not named is refused."""

from __future__ import annotations

import pulumi
import pulumi_kubernetes as k8s

METADATA_SERVICE = "169.254.169.254/32"
"""Where a pod could borrow the node's identity."""

POD_IDENTITY_AGENT = "169.254.170.23/32"
"""Where a pod gets its own."""


def only_named(
    name: str,
    metadata: k8s.meta.v1.ObjectMetaArgsDict,
    labels: dict[str, str],
    opts: pulumi.ResourceOptions,
    *inward: k8s.networking.v1.NetworkPolicyIngressRuleArgsDict,
) -> k8s.networking.v1.NetworkPolicy:
    """Let a workload's pods be reached as said and in no other way, and reach AWS alone."""
    spec: k8s.networking.v1.NetworkPolicySpecArgsDict = {
        "pod_selector": {"match_labels": labels},
        "policy_types": ["Ingress", "Egress"],
        "egress": outward(),
    }
    if inward:
        spec["ingress"] = list(inward)
    return k8s.networking.v1.NetworkPolicy(
        f"{name}-traffic", metadata=metadata, spec=spec, opts=opts
    )


def callers(
    namespaces: tuple[str, ...], port: int
) -> k8s.networking.v1.NetworkPolicyIngressRuleArgsDict:
    """Requests from the pods of these namespaces; the name is a label the server itself sets."""
    return {
        "from_": [
            {"namespace_selector": {"match_labels": {"kubernetes.io/metadata.name": name}}}
            for name in (*namespaces, "monitoring")
        ],
        "ports": [{"protocol": "TCP", "port": port}],
    }


def outward() -> list[k8s.networking.v1.NetworkPolicyEgressRuleArgsDict]:
    """Pod Identity, and HTTPS to AWS: the network has no route to anywhere else."""
    return [
        {
            "to": [{"ip_block": {"cidr": POD_IDENTITY_AGENT}}],
            "ports": [{"protocol": "TCP", "port": 80}],
        },
        {
            "to": [{"ip_block": {"cidr": "0.0.0.0/0", "except_": [METADATA_SERVICE]}}],
            "ports": [{"protocol": "TCP", "port": 443}],
        },
    ]
