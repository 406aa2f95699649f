"""Every role of an environment, and the two ceilings above them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi

from infra.administration.bounded_role import BoundedRole, BoundedRoleArgs
from infra.administration.ceilings import cluster_ceiling, workload_ceiling
from infra.administration.grants.access import Access
from infra.administration.grants.automation import pipeline_statements, scheduler_statements
from infra.administration.grants.delivery import delivery_statements
from infra.administration.grants.jobs import (
    data_statements,
    packaging_statements,
    training_statements,
)
from infra.administration.grants.people import promoter_statements
from infra.administration.grants.pods import (
    collector_statements,
    serving_statements,
    watch_statements,
)
from infra.administration.permissions_boundary import (
    PermissionsBoundary,
    PermissionsBoundaryArgs,
)
from infra.administration.statements import Statement
from infra.administration.trust import control_plane, instances, person, pod, service_of_account
from infra.names import (
    COLLECTOR_ACCOUNT,
    DELIVERY_ACCOUNT,
    DELIVERY_NAMESPACE,
    MODELS_NAMESPACE,
    PROMOTER_PERMISSION_SET,
    SERVER_ACCOUNT_PREFIX,
    WATCH_ACCOUNT,
)


@dataclass(frozen=True, kw_only=True)
class ClusterIdentities:
    """What AWS runs the cluster as."""

    control_plane: BoundedRole
    nodes: BoundedRole


@dataclass(frozen=True, kw_only=True)
class WorkIdentities:
    """What jobs, pods, people and automation act as."""

    data: BoundedRole
    training: BoundedRole
    packaging: BoundedRole
    serving: BoundedRole
    collector: BoundedRole
    watch: BoundedRole
    promoter: BoundedRole
    delivery: BoundedRole
    pipelines: BoundedRole
    scheduler: BoundedRole


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


def make_boundary(access: Access, opts: pulumi.ResourceOptions) -> PermissionsBoundary:
    """The ceiling over everything that is not AWS's own cluster work."""
    statements = workload_ceiling(
        account_id=access.account_id,
        region=access.region,
        path=access.role_path,
        audit_bucket_arn=access.buckets.audit,
    )
    args = PermissionsBoundaryArgs(
        description="The most that jobs, pods, people and automation can do",
        path=access.role_path,
        statements=statements,
    )
    return PermissionsBoundary("boundary", args, opts)


def make_work_identities(
    access: Access,
    boundary: PermissionsBoundary,
    dead_letter_arn: pulumi.Input[str],
    opts: pulumi.ResourceOptions,
) -> WorkIdentities:
    """One role per kind of work, each with its own trust and its own grants."""

    def role(
        name: str, description: str, trust: Statement, grants: Sequence[Statement]
    ) -> BoundedRole:
        args = BoundedRoleArgs(
            description=description,
            path=access.role_path,
            boundary_arn=boundary.arn,
            trust=trust,
            statements=grants,
        )
        return BoundedRole(name, args, opts)

    account = access.account_id
    jobs = service_of_account("sagemaker.amazonaws.com", account, access.arn("sagemaker", "*"))
    schedules = service_of_account("scheduler.amazonaws.com", account)
    servers = pod(access.cluster, account, MODELS_NAMESPACE, f"{SERVER_ACCOUNT_PREFIX}*")
    collector = pod(access.cluster, account, MODELS_NAMESPACE, COLLECTOR_ACCOUNT)
    watch = pod(access.cluster, account, MODELS_NAMESPACE, WATCH_ACCOUNT)
    delivery = pod(access.cluster, account, DELIVERY_NAMESPACE, DELIVERY_ACCOUNT)

    data = role("data", "Ingests and redacts tables", jobs, data_statements(access))
    training = role(
        "training", "Makes features, trains and judges", jobs, training_statements(access)
    )
    packaging = role(
        "packaging", "Signs and registers what a run made", jobs, packaging_statements(access)
    )
    job_roles = [data.arn, training.arn, packaging.arn]
    return WorkIdentities(
        data=data,
        training=training,
        packaging=packaging,
        serving=role("serving", "Answers requests", servers, serving_statements(access)),
        collector=role(
            "collector", "Merges captured answers", collector, collector_statements(access)
        ),
        watch=role("watch", "Compares weeks of answers", watch, watch_statements(access)),
        promoter=role(
            "promoter",
            "Approves promotions, as a person",
            person(account, PROMOTER_PERMISSION_SET),
            promoter_statements(access),
        ),
        delivery=role("delivery", "Carries releases out", delivery, delivery_statements(access)),
        pipelines=role(
            "pipelines",
            "Starts the jobs of pipelines",
            jobs,
            pipeline_statements(access, job_roles),
        ),
        scheduler=role(
            "scheduler",
            "Asks for retrainings by the clock",
            schedules,
            scheduler_statements(access, dead_letter_arn),
        ),
    )
