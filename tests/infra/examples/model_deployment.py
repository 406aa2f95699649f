"""The smallest valid args of each component of model deployment."""

from __future__ import annotations

from typing import Any

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
from ml.workloads import collector, server, watcher
from tests.infra.examples.values import IMAGE, KEY, MODEL, ROLE

SERVER_ENVIRONMENT = {
    name: "set" for name in server(MODEL).environment if name not in ("POD_IP", "POD_NAME")
}
COLLECTOR_ENVIRONMENT = {
    name: "set" for name in collector().environment if name not in ("POD_IP", "POD_NAME")
}
EXAMPLES: dict[Any, Any] = {
    CaptureCollector: CaptureCollectorArgs(
        workload=collector(),
        image=IMAGE,
        namespace="models",
        service_account="collector",
        environment=COLLECTOR_ENVIRONMENT,
    ),
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
    PodAccount: PodAccountArgs(
        name="server-flight-delay",
        namespace="models",
        cluster_name="modelyard-test",
        role_arn=ROLE,
    ),
    RestrictedNamespace: RestrictedNamespaceArgs(
        name="models", cluster_version="1.37", cpu=8, memory_gib=16, pods=20
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
}
