"""The cluster of one environment, who may enter it, and the namespaces in it."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi

from infra.administration.bounded_role import BoundedRole
from infra.administration.network import Network
from infra.model_deployment.cluster import Cluster, ClusterArgs
from infra.model_deployment.cluster_entry import ClusterEntry, ClusterEntryArgs
from infra.model_deployment.kubeconfig import kubeconfig
from infra.model_deployment.restricted_namespace import (
    RestrictedNamespace,
    RestrictedNamespaceArgs,
)
from infra.monitoring.log_group import LogGroup, LogGroupArgs
from infra.names import MODELS_NAMESPACE, cluster_name, role_path
from infra.programs.cluster_identities import make_cluster_identities
from infra.programs.foundation import Keys
from infra.programs.providers import kubernetes_provider
from infra.settings import Settings


@dataclass(frozen=True, kw_only=True)
class ReadyCluster:
    """A cluster that its administrators can enter."""

    name: pulumi.Output[str]
    kubeconfig: pulumi.Output[str]


@dataclass(frozen=True, kw_only=True)
class Namespaces:
    """Names of the namespaces, once everything that guards them exists."""

    models: pulumi.Output[str]


def make_cluster(
    settings: Settings,
    keys: Keys,
    network: Network,
    delivery: BoundedRole,
    opts: pulumi.ResourceOptions,
) -> ReadyCluster:
    """A private cluster; bootstrap's role administers it, delivery may edit one namespace."""
    name = cluster_name(settings.environment)
    roles = make_cluster_identities(
        account_id=settings.account_id,
        region=settings.region,
        path=role_path(settings.environment),
        opts=opts,
    )
    logs = LogGroup(
        "cluster-logs",
        LogGroupArgs(
            name=f"/aws/eks/{name}/cluster",
            key_arn=keys.logs.arn,
            retention_days=settings.logs.retention_days,
        ),
        opts,
    )
    cluster = Cluster(
        "cluster",
        ClusterArgs(
            name=name,
            version=settings.cluster.version,
            role_arn=roles.control_plane.ready,
            node_role_arn=roles.nodes.ready,
            subnet_ids=network.subnet_ids,
            secrets_key_arn=keys.cluster.arn,
            log_group_name=logs.log_group_name,
            protected=not settings.lakehouse.disposable,
        ),
        opts,
    )
    administrator = _admit(settings, cluster, delivery, opts)
    config = kubeconfig(
        cluster_name=administrator.cluster_name,
        endpoint=cluster.endpoint,
        certificate_authority=cluster.certificate_authority,
        region=settings.region,
    )
    return ReadyCluster(name=cluster.cluster_name, kubeconfig=config)


def make_namespaces(settings: Settings, config: pulumi.Output[str]) -> Namespaces:
    """Where models are served: guarded here, so that a release cannot loosen it."""
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
    return Namespaces(models=models.namespace)


def _admit(
    settings: Settings, cluster: Cluster, delivery: BoundedRole, opts: pulumi.ResourceOptions
) -> ClusterEntry:
    """Let in who deploys the platform, for whom all that is inside waits, and delivery."""
    administrator = ClusterEntryArgs(
        cluster_name=cluster.cluster_name,
        # Made by bootstrap before any stack; whoever deploys the platform acts as it.
        principal_arn=f"arn:aws:iam::{settings.account_id}:role/modelyard-deploy",
        policy="AmazonEKSClusterAdminPolicy",
    )
    entry = ClusterEntry("administrator", administrator, opts)
    releaser = ClusterEntryArgs(
        cluster_name=cluster.cluster_name,
        principal_arn=delivery.arn,
        policy="AmazonEKSEditPolicy",
        namespaces=(MODELS_NAMESPACE,),
    )
    ClusterEntry("releaser", releaser, opts)
    return entry
