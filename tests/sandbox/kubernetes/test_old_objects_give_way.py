"""What has to go is gone: where a field cannot change, and where the cluster makes it again."""

import time

import pulumi_kubernetes as k8s
import pytest

from tests.sandbox.kubernetes.attached import Stack, changes, provider
from tests.sandbox.kubernetes.cluster import Cluster
from tests.sandbox.kubernetes.workload import NAMESPACE, deployment

pytestmark = [
    pytest.mark.engine,
    # The SDK leaves its sockets and coroutines to the collector when a program fails.
    pytest.mark.filterwarnings("ignore"),
]


def test_an_immutable_field_replaces(cluster: Cluster, stack: Stack) -> None:
    label = "one"

    def program() -> None:
        spec = deployment("swapped", cluster.image)["spec"]
        spec["selector"]["matchLabels"]["version"] = label
        spec["template"]["metadata"]["labels"]["version"] = label
        k8s.apps.v1.Deployment(
            "swapped",
            metadata={"name": "swapped", "namespace": NAMESPACE},
            spec=spec,
            opts=provider(cluster),
        )

    stack(program).up()
    label = "two"
    assert changes(stack(program).up())["replace"] == 1
    path = f"/apis/apps/v1/namespaces/{NAMESPACE}/deployments/swapped"
    live = cluster.api.call("GET", path)
    assert live["spec"]["selector"]["matchLabels"]["version"] == "two"


def test_what_the_cluster_makes_again_at_once_still_counts_as_gone(
    cluster: Cluster, stack: Stack
) -> None:
    def program() -> None:
        options = provider(cluster)
        space = k8s.core.v1.Namespace("space", opts=options)
        # Every namespace has one, and gets a new one the moment it is deleted.
        k8s.core.v1.ServiceAccount(
            "account",
            metadata={
                "name": "default",
                "namespace": space.metadata.name,
            },
            automount_service_account_token=False,
            opts=options,
        )

    made = stack(program)
    made.up()
    began = time.monotonic()
    made.destroy()
    assert time.monotonic() - began < 60
