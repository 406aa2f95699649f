"""What a program asks for is made once; what others changed since is seen and repaired."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_kubernetes as k8s
import pytest
from pulumi import automation as auto

from tests.sandbox.kubernetes.attached import Program, attached, changes, provider
from tests.sandbox.kubernetes.cluster import Cluster
from tests.sandbox.kubernetes.workload import deployment

pytestmark = [
    pytest.mark.engine,
    # The SDK leaves its sockets and coroutines to the collector.
    pytest.mark.filterwarnings("ignore"),
]


@dataclass(frozen=True, kw_only=True)
class Made:
    """A program that was brought up once, and what there was right after it."""

    stack: auto.Stack
    preview: auto.PreviewResult
    first: auto.UpResult
    space: str
    """The path of its namespace."""
    served: str
    """The path of its deployment."""
    available: int
    """Pods that were ready the moment the update ended."""


def program(cluster: Cluster) -> Program:
    """A namespace with a secret, a deployment and its service."""

    def run() -> None:
        options = provider(cluster)
        space = k8s.core.v1.Namespace(
            "space",
            metadata={"labels": {"pod-security.kubernetes.io/enforce": "restricted"}},
            opts=options,
        )
        name = space.metadata.name
        secret = k8s.core.v1.Secret(
            "word",
            metadata={"namespace": name},
            string_data={"word": pulumi.Output.secret("hush")},
            opts=options,
        )
        home = {"name": "served", "namespace": name}
        k8s.apps.v1.Deployment("served", metadata=home, spec=served_by(cluster), opts=options)
        service = k8s.core.v1.Service(
            "served",
            metadata=home,
            spec={"selector": {"app": "served"}, "ports": [{"port": 8080}]},
            opts=options,
        )
        pulumi.export("namespace", name)
        pulumi.export("address", service.spec.cluster_ip)
        pulumi.export("word", secret.string_data)

    return run


def served_by(cluster: Cluster) -> dict[str, Any]:
    """A deployment that needs nothing of its namespace; how many pods it has is not said."""
    spec: dict[str, Any] = deployment("served", cluster.image)["spec"]
    del spec["replicas"]
    body = spec["template"]["spec"]
    body["volumes"] = body["volumes"][:1]
    body["containers"][0]["volumeMounts"] = body["containers"][0]["volumeMounts"][:1]
    body["containers"][0]["resources"] = {"requests": {"cpu": "1000m", "memory": "64Mi"}}
    return spec


@pytest.fixture(scope="module")
def made(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Made]:
    with attached(cluster, tmp_path_factory.mktemp("program")) as make:
        stack = make(program(cluster))
        preview, first = stack.preview(), stack.up()
        space = first.outputs["namespace"].value
        served = f"/apis/apps/v1/namespaces/{space}/deployments/served"
        yield Made(
            stack=stack,
            preview=preview,
            first=first,
            space=f"/api/v1/namespaces/{space}",
            served=served,
            available=cluster.api.call("GET", served)["status"].get("availableReplicas", 0),
        )


def patch(cluster: Cluster, made: Made, kind: str, spec: dict[str, Any]) -> None:
    """Change the deployment behind the program's back, and let the engine look."""
    content_type = f"application/{kind}-patch+json"
    cluster.api.call("PATCH", made.served, {"spec": spec}, content_type=content_type)
    made.stack.refresh()


def test_what_the_preview_promised_is_made(made: Made) -> None:
    assert made.preview.change_summary[auto.OpType.CREATE] == 6
    assert changes(made.first) == {"create": 6}


def test_names_and_addresses_come_from_the_cluster_and_secrets_stay_secret(
    cluster: Cluster, made: Made
) -> None:
    outputs = made.first.outputs
    assert outputs["namespace"].value.startswith("space-")
    prefix = cluster.environment.service_range.rpartition(".0.0/")[0]
    assert outputs["address"].value.startswith(f"{prefix}.")
    assert outputs["word"].secret


def test_an_update_ends_when_the_deployment_is_available(made: Made) -> None:
    assert made.available == 1


def test_a_second_update_changes_nothing(made: Made) -> None:
    assert changes(made.stack.up()) == {"same": 6}


def test_what_the_program_leaves_open_is_not_drift(cluster: Cluster, made: Made) -> None:
    patch(cluster, made, "merge", {"replicas": 0})
    assert changes(made.stack.up()) == {"same": 6}


def test_what_the_program_says_is_put_right_again(cluster: Cluster, made: Made) -> None:
    image = {"name": "server", "image": "127.0.0.1/other@sha256:" + "1" * 64}
    patch(cluster, made, "strategic-merge", {"template": {"spec": {"containers": [image]}}})
    assert changes(made.stack.up()) == {"update": 1, "same": 5}
    (container,) = cluster.api.call("GET", made.served)["spec"]["template"]["spec"]["containers"]
    assert container["image"] == cluster.image


def test_what_was_deleted_is_made_again(cluster: Cluster, made: Made) -> None:
    cluster.api.call("DELETE", f"{made.space}/services/served")
    made.stack.refresh()
    assert changes(made.stack.up()) == {"create": 1, "same": 5}


def test_in_the_end_nothing_is_left(cluster: Cluster, made: Made) -> None:
    """The last clause: what the others look at is gone after it."""
    made.stack.destroy()
    assert cluster.api.get(made.space) is None
