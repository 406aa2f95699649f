"""The roles of the cluster's own work, and the ceiling above them."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi

from infra.administration.bounded_role import BoundedRole, BoundedRoleArgs
from infra.administration.ceilings import cluster_ceiling
from infra.administration.permissions_boundary import (
    PermissionsBoundary,
    PermissionsBoundaryArgs,
)
from infra.administration.trust import control_plane, instances


@dataclass(frozen=True, kw_only=True)
class ClusterIdentities:
    """What AWS runs the cluster as."""

    control_plane: BoundedRole
    nodes: BoundedRole


def make_cluster_identities(
    *, account_id: str, region: str, path: str, opts: pulumi.ResourceOptions
) -> ClusterIdentities:
    """Roles of the control plane and its nodes; neither can touch data."""
    boundary = PermissionsBoundary(
        "cluster-boundary",
        PermissionsBoundaryArgs(
            description="The most that EKS and its nodes can do",
            path=path,
            statements=cluster_ceiling(region=region),
        ),
        opts,
    )
    control = BoundedRoleArgs(
        description="Runs the cluster's control plane",
        path=path,
        boundary_arn=boundary.arn,
        trust=control_plane("eks.amazonaws.com", account_id, ("sts:AssumeRole", "sts:TagSession")),
        managed_policies=(
            "AmazonEKSBlockStoragePolicy",
            "AmazonEKSClusterPolicy",
            "AmazonEKSComputePolicy",
            "AmazonEKSLoadBalancingPolicy",
            "AmazonEKSNetworkingPolicy",
        ),
    )
    nodes = BoundedRoleArgs(
        description="Lets nodes join the cluster and pull images",
        path=path,
        boundary_arn=boundary.arn,
        trust=instances(),
        managed_policies=(
            "AmazonEC2ContainerRegistryPullOnly",
            "AmazonEKSWorkerNodeMinimalPolicy",
        ),
    )
    return ClusterIdentities(
        control_plane=BoundedRole("control-plane", control, opts),
        nodes=BoundedRole("nodes", nodes, opts),
    )
