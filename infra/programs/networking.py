"""The private network with its doors, its record, and the place jobs run in."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi

from infra.administration.bounded_role import BoundedRole, BoundedRoleArgs
from infra.administration.flow_log import FlowLog, FlowLogArgs
from infra.administration.grants.access import Buckets
from infra.administration.grants.automation import flow_log_statements
from infra.administration.job_network import JobNetwork, JobNetworkArgs
from infra.administration.network import Network, NetworkArgs
from infra.administration.permissions_boundary import PermissionsBoundary
from infra.administration.private_endpoints import PrivateEndpoints, PrivateEndpointsArgs
from infra.administration.trust import service_of_account
from infra.monitoring.log_group import LogGroup, LogGroupArgs
from infra.names import role_path
from infra.programs.foundation import Keys
from infra.settings import Settings


@dataclass(frozen=True, kw_only=True)
class Networking:
    """The network, and the corner of it that jobs get."""

    network: Network
    jobs: JobNetwork


def make_network(
    settings: Settings,
    keys: Keys,
    boundary: PermissionsBoundary,
    buckets: Buckets,
    opts: pulumi.ResourceOptions,
) -> Networking:
    """One private subnet in each of the first zones of the region."""
    letters = "abcd"[: settings.network.availability_zones]
    zones = tuple(f"{settings.region}{letter}" for letter in letters)
    block = settings.network.cidr_block
    network = Network("network", NetworkArgs(cidr_block=block, zones=zones), opts)
    _record_traffic(settings, keys, boundary, network, opts)
    reachable = (
        buckets.lakehouse,
        buckets.artifacts,
        buckets.audit,
        buckets.mirror,
        buckets.source_mirror,
    )
    endpoints = PrivateEndpoints(
        "endpoints",
        PrivateEndpointsArgs(
            account_id=settings.account_id,
            region=settings.region,
            vpc_id=network.vpc_id,
            vpc_cidr=str(block),
            subnet_ids=network.subnet_ids,
            route_table_ids=network.route_table_ids,
            bucket_arns=[arn for arn in reachable if arn is not None],
        ),
        opts,
    )
    jobs = JobNetworkArgs(
        vpc_id=network.vpc_id,
        vpc_cidr=str(block),
        s3_prefix_list=endpoints.s3_prefix_list,
    )
    return Networking(network=network, jobs=JobNetwork("jobs", jobs, opts))


def _record_traffic(
    settings: Settings,
    keys: Keys,
    boundary: PermissionsBoundary,
    network: Network,
    opts: pulumi.ResourceOptions,
) -> None:
    group = LogGroup(
        "flow-logs",
        LogGroupArgs(
            name=f"/modelyard/{settings.environment}/flow",
            key_arn=keys.logs.arn,
            retention_days=settings.logs.retention_days,
        ),
        opts,
    )
    writer = BoundedRole(
        "flow-log-writer",
        BoundedRoleArgs(
            description="Writes the network's traffic record",
            path=role_path(settings.environment),
            boundary_arn=boundary.arn,
            trust=service_of_account("vpc-flow-logs.amazonaws.com", settings.account_id),
            statements=flow_log_statements(group.log_group_arn),
        ),
        opts,
    )
    FlowLog(
        "traffic",
        FlowLogArgs(
            vpc_id=network.vpc_id,
            log_group_arn=group.log_group_arn,
            role_arn=writer.ready,
        ),
        opts,
    )
