"""What cannot run fails its update with the reason, and what ran before it goes on."""

from typing import Any

import httpx
import pulumi_kubernetes as k8s
import pytest
from pulumi import automation as auto

from sandbox.kubernetes.api import ApiError
from sandbox.kubernetes.provider import waiting
from tests.sandbox.kubernetes.attached import Stack, changes, provider
from tests.sandbox.kubernetes.cluster import Cluster
from tests.sandbox.kubernetes.workload import NAMESPACE, deployment

pytestmark = [
    pytest.mark.engine,
    # The SDK leaves its sockets and coroutines to the collector when a program fails.
    pytest.mark.filterwarnings("ignore"),
]


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
    address = f"http://{serving['status']['podIP']}:8080/"
    answer = httpx.get(address, trust_env=False, timeout=60)
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
