"""What jobs, pods, people and automation act as, and the ceiling above them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import pulumi

from infra.administration.bounded_role import BoundedRole, BoundedRoleArgs
from infra.administration.ceilings import workload_ceiling
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
from infra.administration.trust import person, pod, service_of_account
from infra.names import (
    COLLECTOR_ACCOUNT,
    DELIVERY_ACCOUNT,
    DELIVERY_NAMESPACE,
    MODELS_NAMESPACE,
    PROMOTER_PERMISSION_SET,
    SERVER_ACCOUNT_PREFIX,
    WATCH_ACCOUNT,
)

MakeRole = Callable[[str, str, Statement, Sequence[Statement]], BoundedRole]
"""From name, description, trust and grants; path and ceiling are those of the environment."""


@dataclass(frozen=True, kw_only=True)
class JobIdentities:
    """What the jobs of pipelines act as."""

    data: BoundedRole
    training: BoundedRole
    packaging: BoundedRole


@dataclass(frozen=True, kw_only=True)
class PodIdentities:
    """What the pods of models act as."""

    serving: BoundedRole
    collector: BoundedRole
    watch: BoundedRole


@dataclass(frozen=True, kw_only=True)
class WorkIdentities:
    """What jobs, pods, people and automation act as."""

    jobs: JobIdentities
    pods: PodIdentities
    promoter: BoundedRole
    delivery: BoundedRole
    pipelines: BoundedRole
    scheduler: BoundedRole


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
    role = partial(_make_role, access, boundary, opts)
    account = access.account_id
    delivery = pod(access.cluster, account, DELIVERY_NAMESPACE, DELIVERY_ACCOUNT)

    jobs = _make_job_identities(access, role)
    return WorkIdentities(
        jobs=jobs,
        pods=_make_pod_identities(access, role),
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
            _sagemaker(access),
            pipeline_statements(access, [jobs.data.arn, jobs.training.arn, jobs.packaging.arn]),
        ),
        scheduler=role(
            "scheduler",
            "Asks for retrainings by the clock",
            service_of_account("scheduler.amazonaws.com", account),
            scheduler_statements(access, dead_letter_arn),
        ),
    )


def _make_role(
    access: Access,
    boundary: PermissionsBoundary,
    opts: pulumi.ResourceOptions,
    name: str,
    description: str,
    trust: Statement,
    grants: Sequence[Statement],
) -> BoundedRole:
    args = BoundedRoleArgs(
        description=description,
        path=access.role_path,
        boundary_arn=boundary.arn,
        trust=trust,
        statements=grants,
    )
    return BoundedRole(name, args, opts)


def _make_job_identities(access: Access, role: MakeRole) -> JobIdentities:
    trust = _sagemaker(access)
    return JobIdentities(
        data=role("data", "Ingests and redacts tables", trust, data_statements(access)),
        training=role(
            "training", "Makes features, trains and judges", trust, training_statements(access)
        ),
        packaging=role(
            "packaging", "Signs and registers what a run made", trust, packaging_statements(access)
        ),
    )


def _make_pod_identities(access: Access, role: MakeRole) -> PodIdentities:
    models = partial(pod, access.cluster, access.account_id, MODELS_NAMESPACE)
    servers = models(f"{SERVER_ACCOUNT_PREFIX}*")
    collector = models(COLLECTOR_ACCOUNT)
    watch = models(WATCH_ACCOUNT)
    return PodIdentities(
        serving=role("serving", "Answers requests", servers, serving_statements(access)),
        collector=role(
            "collector", "Merges captured answers", collector, collector_statements(access)
        ),
        watch=role("watch", "Compares weeks of answers", watch, watch_statements(access)),
    )


def _sagemaker(access: Access) -> Statement:
    return service_of_account(
        "sagemaker.amazonaws.com", access.account_id, access.arn("sagemaker", "*")
    )
