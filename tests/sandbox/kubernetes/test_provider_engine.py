"""The real engine, the provider and a real cluster agree on what there is."""

import gc
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pulumi
import pulumi_kubernetes as k8s
import pytest
from pulumi import automation as auto

from sandbox.kubernetes.api import ApiError
from sandbox.kubernetes.provider import waiting
from sandbox.kubernetes.provider.__main__ import serve
from tests.sandbox.kubernetes.cluster import Cluster
from tests.sandbox.kubernetes.workload import NAMESPACE, deployment

pytestmark = [
    pytest.mark.engine,
    # The SDK leaves its sockets and coroutines to the collector when a program fails.
    pytest.mark.filterwarnings("ignore"),
]
Program = Callable[[], None]
Stack = Callable[[Program], auto.Stack]


@pytest.fixture
def stack(cluster: Cluster, tmp_path: Path) -> Iterator[Stack]:
    """Make the stack `dev` of a program that is attached to a provider of its own."""
    server, port = serve(cluster.layout, 0)
    (tmp_path / "state").mkdir()
    environment = {
        "PULUMI_HOME": str(tmp_path / "home"),
        "PULUMI_BACKEND_URL": f"file://{tmp_path / 'state'}",
        "PULUMI_CONFIG_PASSPHRASE": "test",
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
        "PULUMI_DEBUG_PROVIDERS": f"kubernetes:{port}",
    }
    made: list[auto.Stack] = []

    def make(program: Program) -> auto.Stack:
        options = auto.LocalWorkspaceOptions(
            work_dir=str(tmp_path),
            env_vars=environment,
            project_settings=auto.ProjectSettings(name="probe", runtime="python"),
        )
        made[:] = [auto.create_or_select_stack("dev", "probe", program, opts=options)]
        return made[0]

    yield make
    for each in made:
        each.destroy()
    server.stop(0)
    for _ in range(3):
        gc.collect()


def provider(cluster: Cluster) -> pulumi.ResourceOptions:
    kubeconfig = cluster.layout.kubeconfig.read_text()
    made = k8s.Provider("cluster", kubeconfig=pulumi.Output.secret(kubeconfig))
    return pulumi.ResourceOptions(provider=made)


def changes(result: Any) -> dict[str, int]:
    return {str(key): value for key, value in result.summary.resource_changes.items()}


def test_everything_is_made_once_and_drift_is_seen_and_repaired(
    cluster: Cluster, stack: Stack
) -> None:
    def program() -> None:
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
        spec = deployment("served", cluster.image)["spec"]
        # Left to whoever scales it.
        del spec["replicas"]
        body = spec["template"]["spec"]
        body["volumes"] = body["volumes"][:1]
        body["containers"][0]["volumeMounts"] = body["containers"][0]["volumeMounts"][:1]
        body["containers"][0]["resources"] = {"requests": {"cpu": "1000m", "memory": "64Mi"}}
        k8s.apps.v1.Deployment(
            "served", metadata={"name": "served", "namespace": name}, spec=spec, opts=options
        )
        service = k8s.core.v1.Service(
            "served",
            metadata={"name": "served", "namespace": name},
            spec={"selector": {"app": "served"}, "ports": [{"port": 8080}]},
            opts=options,
        )
        pulumi.export("namespace", name)
        pulumi.export("address", service.spec.cluster_ip)
        pulumi.export("word", secret.string_data)

    made = stack(program)
    preview = made.preview()
    assert preview.change_summary[auto.OpType.CREATE] == 6
    first = made.up()
    assert changes(first) == {"create": 6}
    space = first.outputs["namespace"].value
    assert space.startswith("space-")
    assert first.outputs["word"].secret
    prefix = cluster.environment.service_range.rpartition(".0.0/")[0]
    assert first.outputs["address"].value.startswith(f"{prefix}.")
    assert changes(made.up()) == {"same": 6}
    path = f"/apis/apps/v1/namespaces/{space}/deployments/served"
    assert cluster.api.call("GET", path)["status"]["availableReplicas"] == 1

    cluster.api.call(
        "PATCH", path, {"spec": {"replicas": 0}}, content_type="application/merge-patch+json"
    )
    made.refresh()
    assert changes(made.up()) == {"same": 6}
    image = {"name": "server", "image": "127.0.0.1/other@sha256:" + "1" * 64}
    cluster.api.call(
        "PATCH",
        path,
        {"spec": {"template": {"spec": {"containers": [image]}}}},
        content_type="application/strategic-merge-patch+json",
    )
    made.refresh()
    repaired = made.up()
    assert changes(repaired) == {"update": 1, "same": 5}
    live = cluster.api.call("GET", path)
    assert live["spec"]["template"]["spec"]["containers"][0]["image"] == cluster.image

    cluster.api.call("DELETE", f"/api/v1/namespaces/{space}/services/served")
    made.refresh()
    assert changes(made.up()) == {"create": 1, "same": 5}
    made.destroy()
    assert cluster.api.get(f"/api/v1/namespaces/{space}") is None


def test_an_image_that_is_missing_fails_the_update_and_the_next_one_repairs_it(
    cluster: Cluster, stack: Stack
) -> None:
    image = cluster.image.partition("@")[0] + "@sha256:" + "0" * 64

    def program() -> None:
        k8s.apps.v1.Deployment(
            "mended",
            metadata={"name": "mended", "namespace": NAMESPACE},
            spec=deployment("mended", image)["spec"],
            opts=provider(cluster),
        )

    made = stack(program)
    with pytest.raises(auto.CommandError) as caught:
        made.up()
    assert "ImagePullBackOff" in str(caught.value) or "ErrImagePull" in str(caught.value)
    image = cluster.image
    assert changes(stack(program).up())["update"] == 1


def test_a_release_that_crashes_fails_the_update_and_the_one_before_it_answers(
    cluster: Cluster, stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    # How long a crash is looked at before it counts is no part of this.
    monkeypatch.setitem(waiting._HOPELESS, "CrashLoopBackOff", 1.0)
    command: list[str] = []

    def program() -> None:
        spec = deployment("crashing", cluster.image)["spec"]
        if command:
            spec["template"]["spec"]["containers"][0]["command"] = command
        k8s.apps.v1.Deployment(
            "crashing",
            metadata={"name": "crashing", "namespace": NAMESPACE},
            spec=spec,
            opts=provider(cluster),
        )

    stack(program).up()
    (before,) = cluster.ready("crashing")
    command = ["/bin/sh", "-c", "echo no model here; exit 1"]
    with pytest.raises(auto.CommandError) as caught:
        stack(program).up()
    assert "CrashLoopBackOff" in str(caught.value)
    assert "no model here" in str(caught.value)
    (serving,) = cluster.ready("crashing")
    assert serving["metadata"]["uid"] == before["metadata"]["uid"]
    answer = httpx.get(f"http://{serving['status']['podIP']}:8080/", trust_env=False)
    assert answer.text.startswith(serving["metadata"]["name"])


@pytest.mark.parametrize(
    ("spec", "complaint"),
    [
        ({"selecter": {}, "ports": [{"port": 8080}]}, "selecter"),
        ({"selector": {"app": "x"}, "ports": [{"port": 99999}]}, "99999"),
    ],
)
def test_what_the_server_refuses_fails_the_preview(
    cluster: Cluster, stack: Stack, spec: Any, complaint: str
) -> None:
    def program() -> None:
        k8s.core.v1.Service(
            "wrong",
            metadata={"name": "wrong", "namespace": NAMESPACE},
            spec=spec,
            opts=provider(cluster),
        )

    with pytest.raises(auto.CommandError, match=complaint):
        stack(program).preview()
    with pytest.raises(ApiError):
        cluster.api.call("GET", f"/api/v1/namespaces/{NAMESPACE}/services/wrong")


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
