"""The platform of one environment, top to bottom. Read this file first."""

from __future__ import annotations

import pulumi

from infra.administration.bounded_role import BoundedRole, BoundedRoleArgs
from infra.administration.ceilings import cluster_ceiling
from infra.administration.permissions_boundary import (
    PermissionsBoundary,
    PermissionsBoundaryArgs,
)
from infra.administration.trust import control_plane, instances
from infra.model_deployment.cluster import Cluster, ClusterArgs
from infra.model_deployment.kubeconfig import kubeconfig
from infra.model_deployment.restricted_namespace import (
    RestrictedNamespace,
    RestrictedNamespaceArgs,
)
from infra.monitoring.log_group import LogGroup, LogGroupArgs
from infra.names import MODELS_NAMESPACE, cluster_name, role_path
from infra.programs.foundation import make_keys, make_network, make_storage
from infra.programs.providers import aws_provider, kubernetes_provider
from infra.settings import Settings


def deploy(settings: Settings) -> None:
    """Declare every component of one environment and export its entry points."""
    provider = aws_provider(
        account_id=settings.account_id, region=settings.region, tags=settings.tags
    )
    root = pulumi.ResourceOptions(providers=[provider])
    path = role_path(settings.environment)
    keys = make_keys(settings, root)
    storage = make_storage(settings, keys, root)
    network = make_network(settings, root)

    boundary = PermissionsBoundary(
        "cluster-boundary",
        PermissionsBoundaryArgs(
            description="The most that EKS and its nodes can do",
            path=path,
            statements=cluster_ceiling(region=settings.region),
        ),
        root,
    )
    control = BoundedRole(
        "control-plane",
        BoundedRoleArgs(
            description="Runs the cluster's control plane",
            path=path,
            boundary_arn=boundary.arn,
            trust=control_plane(
                "eks.amazonaws.com", settings.account_id, ("sts:AssumeRole", "sts:TagSession")
            ),
            managed_policies=(
                "AmazonEKSClusterPolicy",
                "AmazonEKSComputePolicy",
                "AmazonEKSBlockStoragePolicy",
                "AmazonEKSLoadBalancingPolicy",
                "AmazonEKSNetworkingPolicy",
            ),
        ),
        root,
    )
    nodes = BoundedRole(
        "nodes",
        BoundedRoleArgs(
            description="Lets nodes join the cluster and pull images",
            path=path,
            boundary_arn=boundary.arn,
            trust=instances(),
            managed_policies=(
                "AmazonEKSWorkerNodeMinimalPolicy",
                "AmazonEC2ContainerRegistryPullOnly",
            ),
        ),
        root,
    )
    name = cluster_name(settings.environment)
    logs = LogGroup(
        "cluster-logs",
        LogGroupArgs(
            name=f"/aws/eks/{name}/cluster",
            key_arn=keys.logs.arn,
            retention_days=settings.logs.retention_days,
        ),
        root,
    )
    cluster = Cluster(
        "cluster",
        ClusterArgs(
            name=name,
            version=settings.cluster.version,
            role_arn=control.ready,
            node_role_arn=nodes.ready,
            subnet_ids=network.subnet_ids,
            secrets_key_arn=keys.cluster.arn,
            log_group_name=logs.log_group_name,
            administrators=(f"arn:aws:iam::{settings.account_id}:role/modelyard-deploy",),
            protected=not settings.lakehouse.disposable,
        ),
        root,
    )
    config = kubeconfig(
        cluster_name=cluster.administered,
        endpoint=cluster.endpoint,
        certificate_authority=cluster.certificate_authority,
        region=settings.region,
    )
    inside = pulumi.ResourceOptions(providers=[kubernetes_provider(config)])
    models = RestrictedNamespace(
        "models",
        RestrictedNamespaceArgs(
            name=MODELS_NAMESPACE,
            cluster_version=settings.cluster.version,
            cpu=32,
            memory_gib=64,
            pods=60,
        ),
        inside,
    )

    pulumi.export("account_id", settings.account_id)
    pulumi.export("region", settings.region)
    pulumi.export("cluster_name", cluster.cluster_name)
    pulumi.export("kubeconfig", config)
    pulumi.export("namespace", models.namespace)
    pulumi.export("lakehouse_bucket", storage.lakehouse.bucket_name)
