"""The smallest valid args of each component. Adding a component means adding a line."""

from __future__ import annotations

from ipaddress import IPv4Network
from pathlib import Path
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
from infra.administration.permissions_boundary import (
    PermissionsBoundary,
    PermissionsBoundaryArgs,
)
from infra.administration.private_bucket import PrivateBucket, PrivateBucketArgs
from infra.administration.private_endpoints import PrivateEndpoints, PrivateEndpointsArgs
from infra.administration.signing_key import SigningKey, SigningKeyArgs
from infra.administration.statements import allow
from infra.administration.trust import service_of_account
from infra.data_estate.catalog import Catalog, CatalogArgs
from infra.data_estate.pseudonym_secret import PseudonymSecret, PseudonymSecretArgs
from infra.model_deployment.capture_collector import CaptureCollector, CaptureCollectorArgs
from infra.model_deployment.cluster import Cluster, ClusterArgs
from infra.model_deployment.cluster_entry import ClusterEntry, ClusterEntryArgs
from infra.model_deployment.endpoint import Endpoint, EndpointArgs
from infra.model_deployment.pod_account import PodAccount, PodAccountArgs
from infra.model_deployment.restricted_namespace import (
    RestrictedNamespace,
    RestrictedNamespaceArgs,
)
from infra.model_deployment.scheduled_job import ScheduledJob, ScheduledJobArgs
from infra.model_development.image_registry import ImageRegistry, ImageRegistryArgs
from infra.model_development.job_pipeline import JobPipeline, JobPipelineArgs, JobWalls
from infra.model_development.model_registry import ModelRegistry, ModelRegistryArgs
from infra.model_development.retraining_schedule import (
    RetrainingSchedule,
    RetrainingScheduleArgs,
)
from infra.monitoring.alarm_topic import AlarmTopic, AlarmTopicArgs
from infra.monitoring.drift_watch import DriftWatch, DriftWatchArgs
from infra.monitoring.log_group import LogGroup, LogGroupArgs
from infra.monitoring.pipeline_watch import PipelineWatch, PipelineWatchArgs
from infra.monitoring.queue_watch import QueueWatch, QueueWatchArgs
from ml.spec import load_model
from ml.workloads import collector, data_steps, server, watcher

ACCOUNT = "111122223333"
KEY = "arn:aws:kms:eu-west-1:111122223333:key/test"
ROLE = "arn:aws:iam::111122223333:role/test"
QUEUE = "arn:aws:sqs:eu-west-1:111122223333:queue"
TOPIC = "arn:aws:sns:eu-west-1:111122223333:alarms"
IMAGE = "111122223333.dkr.ecr.eu-west-1.amazonaws.com/release@sha256:" + "a" * 64
MODEL = load_model(Path(__file__).parents[2] / "models" / "flight_delay")
SERVER_ENVIRONMENT = {
    name: "set" for name in server(MODEL).environment if name not in ("POD_IP", "POD_NAME")
}
COLLECTOR_ENVIRONMENT = {
    name: "set" for name in collector().environment if name not in ("POD_IP", "POD_NAME")
}
STEPS = data_steps(MODEL)

EXAMPLES: dict[Any, Any] = {
    AccessLog: AccessLogArgs(account_id=ACCOUNT, retention_days=30),
    AlarmTopic: AlarmTopicArgs(account_id=ACCOUNT, key_arn=KEY),
    BoundedRole: BoundedRoleArgs(
        description="Does one thing",
        path="/modelyard/test/",
        boundary_arn="arn:aws:iam::111122223333:policy/boundary",
        trust=service_of_account("sagemaker.amazonaws.com", ACCOUNT),
        statements=[allow("One", "s3:GetObject", "arn:aws:s3:::bucket/*")],
        managed_policies=("ReadOnlyAccess",),
    ),
    CaptureCollector: CaptureCollectorArgs(
        workload=collector(),
        image=IMAGE,
        namespace="models",
        service_account="collector",
        environment=COLLECTOR_ENVIRONMENT,
    ),
    Catalog: CatalogArgs(bucket_name="lake", key_arn=KEY),
    Cluster: ClusterArgs(
        name="modelyard-test",
        version="1.37",
        role_arn=ROLE,
        node_role_arn=ROLE,
        subnet_ids=["subnet-1", "subnet-2"],
        secrets_key_arn=KEY,
        log_group_name="/aws/eks/modelyard-test/cluster",
    ),
    ClusterEntry: ClusterEntryArgs(
        cluster_name="modelyard-test",
        principal_arn=ROLE,
        policy="AmazonEKSEditPolicy",
        namespaces=("models",),
    ),
    DeliveryQueue: DeliveryQueueArgs(account_id=ACCOUNT, region="eu-west-1", key_arn=KEY),
    DriftWatch: DriftWatchArgs(
        model="flight_delay", signals=("label_rate", "performance"), topic_arn=TOPIC
    ),
    EncryptionKey: EncryptionKeyArgs(purpose="data", account_id=ACCOUNT),
    Endpoint: EndpointArgs(
        workload=server(MODEL),
        image=IMAGE,
        namespace="models",
        service_account="server-flight-delay",
        environment=SERVER_ENVIRONMENT,
        minimum_replicas=2,
        maximum_replicas=4,
        caller_namespaces=("rebooking",),
    ),
    EventRoute: EventRouteArgs(
        description="Something happened",
        source="modelyard",
        kinds=("Promotion Requested",),
        queue_arn=QUEUE,
        dead_letter_arn=QUEUE,
    ),
    FlowLog: FlowLogArgs(vpc_id="vpc-1", log_group_arn="arn:aws:logs:::group", role_arn=ROLE),
    ImageRegistry: ImageRegistryArgs(
        name="modelyard/release", key_arn=KEY, next_accounts=("222222222222",)
    ),
    JobNetwork: JobNetworkArgs(vpc_id="vpc-1", vpc_cidr="10.0.0.0/16", s3_prefix_list="pl-1"),
    JobPipeline: JobPipelineArgs(
        name="flight-delay-data",
        description="Curated tables",
        role_arn=ROLE,
        steps=STEPS,
        step_roles={step.name: ROLE for step in STEPS},
        defaults={"Image": IMAGE, "Lake": "s3://l", "Mirror": "s3://m", "Secret": "arn"},
        walls=JobWalls(
            region="eu-west-1",
            subnet_ids=["subnet-1"],
            security_group_id="sg-1",
            volume_key_arn=KEY,
        ),
    ),
    LogGroup: LogGroupArgs(name="/test", key_arn=KEY, retention_days=30),
    ModelRegistry: ModelRegistryArgs(group_name="flight-delay", description="Versions"),
    Network: NetworkArgs(
        cidr_block=IPv4Network("10.0.0.0/16"), zones=("eu-west-1a", "eu-west-1b")
    ),
    OperationsTable: OperationsTableArgs(key_arn=KEY),
    PermissionsBoundary: PermissionsBoundaryArgs(
        description="A ceiling",
        path="/modelyard/test/",
        statements=[allow("One", "s3:GetObject", "*")],
    ),
    PipelineWatch: PipelineWatchArgs(pipeline_name="p", topic_arn=TOPIC),
    PodAccount: PodAccountArgs(
        name="server-flight-delay",
        namespace="models",
        cluster_name="modelyard-test",
        role_arn=ROLE,
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
    PseudonymSecret: PseudonymSecretArgs(key_arn=KEY),
    QueueWatch: QueueWatchArgs(queue_name="q", dead_letter_name="d", topic_arn=TOPIC),
    RestrictedNamespace: RestrictedNamespaceArgs(
        name="models", cluster_version="1.37", cpu=8, memory_gib=16, pods=20
    ),
    RetrainingSchedule: RetrainingScheduleArgs(
        model="flight_delay",
        bus_arn="arn:aws:events:eu-west-1:111122223333:event-bus/default",
        role_arn=ROLE,
        dead_letter_arn=QUEUE,
        key_arn=KEY,
        cron="0 6 1 * *",
        enabled=False,
    ),
    ScheduledJob: ScheduledJobArgs(
        job=watcher(MODEL),
        component="watch",
        image=IMAGE,
        namespace="models",
        service_account="watch",
        environment={name: "set" for name in watcher(MODEL).environment if name != "POD_NAME"},
        enabled=True,
    ),
    SigningKey: SigningKeyArgs(purpose="packages", account_id=ACCOUNT),
}
