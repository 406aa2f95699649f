"""One principal's way into a cluster, no wider than a namespace unless it administers all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import pulumi
import pulumi_aws as aws


@dataclass(frozen=True, kw_only=True)
class ClusterEntryArgs:
    """What a caller decides about a `ClusterEntry`."""

    cluster_name: pulumi.Input[str]
    """The cluster that is entered."""

    principal_arn: pulumi.Input[str]
    """The role that enters."""

    policy: Literal["AmazonEKSClusterAdminPolicy", "AmazonEKSEditPolicy", "AmazonEKSViewPolicy"]
    """What it may do inside, as one of EKS's own policies."""

    namespaces: tuple[str, ...] = ()
    """Where; none means everywhere, which only an administrator needs."""

    def __post_init__(self) -> None:
        if not self.namespaces and self.policy != "AmazonEKSClusterAdminPolicy":
            raise ValueError(f"namespaces must be named for {self.policy}")


class ClusterEntry(pulumi.ComponentResource):
    """An access entry with exactly one policy."""

    cluster_name: pulumi.Output[str]

    def __init__(
        self,
        name: str,
        args: ClusterEntryArgs,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("modelyard:model_deployment:ClusterEntry", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)

        entry = aws.eks.AccessEntry(
            f"{name}-entry",
            cluster_name=args.cluster_name,
            principal_arn=args.principal_arn,
            opts=child,
        )
        grant = aws.eks.AccessPolicyAssociation(
            f"{name}-grant",
            cluster_name=entry.cluster_name,
            principal_arn=entry.principal_arn,
            policy_arn=f"arn:aws:eks::aws:cluster-access-policy/{args.policy}",
            access_scope={
                "type": "namespace" if args.namespaces else "cluster",
                "namespaces": list(args.namespaces),
            },
            opts=child,
        )

        # Whoever takes the name from here can enter.
        self.cluster_name = grant.cluster_name
        self.register_outputs({"cluster_name": self.cluster_name})
