"""The smallest valid args of each component of administration."""

from __future__ import annotations

from ipaddress import IPv4Network
from typing import Any

from infra.administration.access_log import AccessLog, AccessLogArgs
from infra.administration.bounded_role import BoundedRole, BoundedRoleArgs
from infra.administration.delivery_queue import DeliveryQueue, DeliveryQueueArgs
from infra.administration.encryption_key import EncryptionKey, EncryptionKeyArgs
from infra.administration.event_route import EventRoute, EventRouteArgs
from infra.administration.flow_log import FlowLog, FlowLogArgs
from infra.administration.job_network import JobNetwork, JobNetworkArgs
from infra.administration.network import Network, NetworkArgs
from infra.administration.object_lock import ObjectLock
from infra.administration.operations_table import OperationsTable, OperationsTableArgs
from infra.administration.permissions_boundary import PermissionsBoundary, PermissionsBoundaryArgs
from infra.administration.private_bucket import PrivateBucket, PrivateBucketArgs
from infra.administration.private_endpoints import PrivateEndpoints, PrivateEndpointsArgs
from infra.administration.signing_key import SigningKey, SigningKeyArgs
from infra.administration.statements import allow
from infra.administration.trust import service_of_account
from tests.infra.examples.values import ACCOUNT, KEY, QUEUE, ROLE

EXAMPLES: dict[Any, Any] = {
    AccessLog: AccessLogArgs(account_id=ACCOUNT, retention_days=30),
    BoundedRole: BoundedRoleArgs(
        description="Does one thing",
        path="/modelyard/test/",
        boundary_arn="arn:aws:iam::111122223333:policy/boundary",
        trust=service_of_account("sagemaker.amazonaws.com", ACCOUNT),
        statements=[allow("One", "s3:GetObject", "arn:aws:s3:::bucket/*")],
        managed_policies=("ReadOnlyAccess",),
    ),
    DeliveryQueue: DeliveryQueueArgs(account_id=ACCOUNT, region="eu-west-1", key_arn=KEY),
    EncryptionKey: EncryptionKeyArgs(purpose="data", account_id=ACCOUNT),
    EventRoute: EventRouteArgs(
        description="Something happened",
        source="modelyard",
        kinds=("Promotion Requested",),
        queue_arn=QUEUE,
        dead_letter_arn=QUEUE,
    ),
    FlowLog: FlowLogArgs(vpc_id="vpc-1", log_group_arn="arn:aws:logs:::group", role_arn=ROLE),
    JobNetwork: JobNetworkArgs(vpc_id="vpc-1", vpc_cidr="10.0.0.0/16", s3_prefix_list="pl-1"),
    Network: NetworkArgs(
        cidr_block=IPv4Network("10.0.0.0/16"), zones=("eu-west-1a", "eu-west-1b")
    ),
    OperationsTable: OperationsTableArgs(key_arn=KEY),
    PermissionsBoundary: PermissionsBoundaryArgs(
        description="A ceiling",
        path="/modelyard/test/",
        statements=[allow("One", "s3:GetObject", "*")],
    ),
    PrivateBucket: PrivateBucketArgs(
        key_arn=KEY,
        log_bucket_name="logs",
        recovery_days=30,
        lock=ObjectLock(days=365, mode="COMPLIANCE"),
    ),
    PrivateEndpoints: PrivateEndpointsArgs(
        account_id=ACCOUNT,
        region="eu-west-1",
        vpc_id="vpc-1",
        vpc_cidr="10.0.0.0/16",
        subnet_ids=["subnet-1", "subnet-2"],
        route_table_ids=["rtb-1"],
        bucket_arns=["arn:aws:s3:::lake"],
    ),
    SigningKey: SigningKeyArgs(purpose="packages", account_id=ACCOUNT),
}
