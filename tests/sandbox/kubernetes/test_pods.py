"""Pods run on the node as they would on AWS: admitted, ready, restarted, replaced, logged."""

import os
import signal
from typing import Any

import httpx
import psutil
import pytest

from sandbox.containers import isolation
from sandbox.kubernetes.api import ApiError
from tests.recovery import Recovery
from tests.sandbox.kubernetes.cluster import Cluster, until
from tests.sandbox.kubernetes.workload import NAMESPACE, UNHURRIED, deployment

pytestmark = pytest.mark.engine
HOME = f"/apis/apps/v1/namespaces/{NAMESPACE}/deployments"


def _pid_of(pod_name: str) -> int:
    for process in psutil.process_iter(["cmdline", "environ"]):
        environ = process.info["environ"] or {}
        line = " ".join(process.info["cmdline"] or ())
        if environ.get("POD_NAME") == pod_name and line == "/usr/bin/python3 /app/server.py":
            return process.pid
    raise AssertionError(f"no process of {pod_name}")


def test_a_pod_becomes_ready_and_its_log_can_be_read(cluster: Cluster) -> None:
    cluster.apply(f"{HOME}/web", deployment("web", cluster.image, replicas=2))
    pods = until(lambda: len(found := cluster.ready("web")) == 2 and found, "two ready pods")
    addresses = {pod["status"]["podIP"] for pod in pods}
    assert len(addresses) == 2
    prefix = cluster.environment.pod_range.rpartition(".0.0/")[0]
    assert all(address.startswith(f"{prefix}.") for address in addresses)
    name = pods[0]["metadata"]["name"]
    # What a pod said before it answered is written down a moment later.
    log = until(lambda: cluster.kubectl("logs", name).strip(), "its log")
    assert log == f"serving {name}"


@pytest.mark.skipif(not isolation().mounts, reason="namespaces are forbidden here")
def test_a_pod_sees_its_volumes_and_nothing_of_the_host(cluster: Cluster) -> None:
    cluster.apply(f"{HOME}/volumes", _with_shell(cluster))
    until(lambda: cluster.ready("volumes"), "ready")
    log = until(
        lambda: (text := cluster.kubectl("logs", "deploy/volumes")).count("\n") >= 4 and text,
        "output",
    )
    assert "hello hush" in log
    assert "scratch 10001" in log
    assert "Read-only file system" in log
    assert str(cluster.layout.root) not in log


def _with_shell(cluster: Cluster) -> dict[str, object]:
    body = deployment("volumes", cluster.image)
    container = body["spec"]["template"]["spec"]["containers"][0]
    root = cluster.layout.root
    container["command"] = ["/bin/sh", "-c"]
    container["args"] = [
        'echo "$(cat /etc/settings/greeting) $(cat /etc/secret/word)";'
        "touch /scratch/x && echo scratch $(stat -c %u /scratch/x); touch /app/y 2>&1;"
        f"ls {root} >/dev/null 2>&1 && echo {root}; echo end; exec python3 /app/server.py"
    ]
    return body


def test_an_unsafe_pod_is_refused_where_the_namespace_is_restricted(cluster: Cluster) -> None:
    body = deployment("unsafe", cluster.image)["spec"]["template"]
    body |= {"apiVersion": "v1", "kind": "Pod"}
    body["metadata"]["name"] = "unsafe"
    body["spec"]["containers"][0]["securityContext"] = {"privileged": True}
    with pytest.raises(ApiError, match="violates PodSecurity"):
        cluster.apply(f"/api/v1/namespaces/{NAMESPACE}/pods/unsafe", body)


def test_an_unknown_digest_is_an_image_pull_back_off(cluster: Cluster) -> None:
    missing = cluster.image.partition("@")[0] + "@sha256:" + "0" * 64
    cluster.apply(f"{HOME}/missing", deployment("missing", missing))

    def reason() -> str:
        status = cluster.pods("missing")[0]["status"]["containerStatuses"][0]
        return str(status["state"]["waiting"]["reason"])

    until(lambda: reason() == "ImagePullBackOff", "ImagePullBackOff")
    until(lambda: "There is no image" in _described(cluster, "missing"), "the reason is told")
    cluster.api.call("DELETE", f"{HOME}/missing")


def test_a_killed_process_is_restarted_in_its_pod(cluster: Cluster) -> None:
    cluster.apply(f"{HOME}/killed", deployment("killed", cluster.image))
    pod = until(lambda: cluster.ready("killed"), "ready")[0]
    os.kill(_pid_of(pod["metadata"]["name"]), signal.SIGKILL)

    status = _restarted(cluster, "killed", pod)
    assert status["lastState"]["terminated"]["exitCode"] == 137


def test_a_pod_that_says_it_is_ill_is_restarted_by_the_kubelet(cluster: Cluster) -> None:
    body = deployment("ill", cluster.image)
    container = body["spec"]["template"]["spec"]["containers"][0]
    asked = {"httpGet": {"path": "/alive", "port": 8080}, "periodSeconds": 1, **UNHURRIED}
    # One that has not begun to listen refuses, and would count as ill.
    container["startupProbe"] = {**asked, "failureThreshold": 120}
    container["livenessProbe"] = {**asked, "failureThreshold": 1}
    cluster.apply(f"{HOME}/ill", body)
    pod = until(lambda: cluster.ready("ill"), "ready")[0]
    assert pod["status"]["containerStatuses"][0]["restartCount"] == 0
    httpx.get(f"http://{pod['status']['podIP']}:8080/fall-ill", trust_env=False, timeout=60)
    _restarted(cluster, "ill", pod)
    until(lambda: "failed liveness probe" in _described(cluster, "ill"), "the reason is told")


def _restarted(cluster: Cluster, app: str, pod: dict[str, Any]) -> dict[str, Any]:
    """The status of the container of this very pod once it is ready again after one restart."""

    def look() -> dict[str, Any] | None:
        (now,) = cluster.ready(app)
        assert now["metadata"]["uid"] == pod["metadata"]["uid"]
        (status,) = now["status"]["containerStatuses"]
        return dict(status) if status["restartCount"] == 1 else None

    found: dict[str, Any] = until(look, "the same pod is ready again")
    return found


def _described(cluster: Cluster, app: str) -> str:
    """What happened to the pods of an app: told a moment after it did."""
    return cluster.kubectl("describe", "pods", "-l", f"app={app}")


def test_a_deleted_pod_drains_and_is_replaced(cluster: Cluster) -> None:
    cluster.apply(f"{HOME}/deleted", deployment("deleted", cluster.image))
    pod = until(lambda: cluster.ready("deleted"), "ready")[0]
    name = pod["metadata"]["name"]
    pid = _pid_of(name)
    cluster.kubectl("delete", "pod", name)
    replaced = until(lambda: cluster.ready("deleted"), "replaced")[0]
    assert replaced["metadata"]["name"] != name
    assert not psutil.pid_exists(pid)


def test_pods_come_back_when_the_node_is_killed(cluster: Cluster, recovery: Recovery) -> None:
    cluster.apply(f"{HOME}/web", deployment("web", cluster.image, replicas=2))
    until(lambda: len(cluster.ready("web")) == 2, "two ready pods")
    pids = [_pid_of(pod["metadata"]["name"]) for pod in cluster.ready("web")]
    node = cluster.processes.pop("node-dev")
    node.kill()
    node.wait()
    until(lambda: not any(map(psutil.pid_exists, pids)), "nothing of it is left")
    with recovery.within(60, "a node killed, from its start to two ready pods"):
        cluster.start(cluster.parts["node-dev"])
        until(
            lambda: (
                len(cluster.ready("web")) == 2
                and all(_pid_of(pod["metadata"]["name"]) for pod in cluster.ready("web"))
            ),
            "both run again",
        )
