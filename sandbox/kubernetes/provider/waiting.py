"""When an object counts as there: a roll-out is complete, a deleted thing is gone."""

import time
from collections.abc import Callable, Iterator
from typing import Any

from sandbox.errors import SandboxError
from sandbox.kubernetes.api import ApiError
from sandbox.kubernetes.provider.cluster import Cluster, Object

SKIP = "pulumi.com/skipAwait"
WAIT_FOR = "pulumi.com/waitFor"
DEFAULT_SECONDS = 300.0
_HOPELESS = {"ErrImagePull": 20.0, "ImagePullBackOff": 20.0, "InvalidImageName": 0.0,
             "CreateContainerConfigError": 20.0, "CrashLoopBackOff": 20.0}  # fmt: skip
"""Seconds after which a pod in this state ends the wait: it will not heal by itself."""


class NotReadyError(SandboxError):
    """The object exists but does not work."""


def await_ready(
    cluster: Cluster, applied: Object, seconds: float, alive: Callable[[], bool]
) -> Object:
    """Wait until it does what it is for; returns it as it is then."""
    annotations = applied["metadata"].get("annotations") or {}
    if annotations.get(SKIP) == "true":
        return applied
    check = _check(applied, annotations.get(WAIT_FOR, ""))
    if check is None:
        return applied
    began = time.monotonic()
    worried: float | None = None
    while alive():
        live = cluster.live(applied)
        if live is None:
            raise NotReadyError(f"{_title(applied)} was deleted while it started.", "")
        if check(live):
            return live
        now = time.monotonic()
        troubles = list(pod_troubles(cluster, live)) if live["kind"] == "Deployment" else []
        limit = min((_HOPELESS[reason] for reason, _ in troubles), default=None)
        worried = None if limit is None else (worried or now)
        if now - began > seconds or (limit is not None and now - (worried or now) > limit):
            raise NotReadyError(_story(cluster, live, troubles, now - began), "")
        time.sleep(0.25)
    raise NotReadyError(f"The wait for {_title(applied)} was interrupted.", "")


def await_gone(
    cluster: Cluster, doomed: Object, seconds: float, alive: Callable[[], bool]
) -> None:
    """Wait until nothing of it is left; a successor of its name is another object.

    A namespace gets a new `default` account the moment the old one goes.
    """
    end = time.monotonic() + seconds
    while alive():
        live = cluster.live(doomed)
        if live is None or live["metadata"]["uid"] != doomed["metadata"]["uid"]:
            return
        if time.monotonic() > end:
            kept = live["metadata"].get("finalizers") or live.get("spec", {}).get("finalizers")
            raise NotReadyError(f"{_title(doomed)} is still there; held by {kept}.", "")
        time.sleep(0.15)


def _check(applied: Object, wait_for: str) -> Callable[[Object], bool] | None:
    kind, version = applied["kind"], applied["apiVersion"]
    if wait_for.startswith("condition="):
        return lambda live: _holds(live, wait_for.removeprefix("condition="))
    if kind == "Deployment" and version == "apps/v1":
        return rolled_out
    if kind == "CustomResourceDefinition":
        return lambda live: _holds(live, "Established")
    if kind == "Namespace":
        return lambda live: live.get("status", {}).get("phase") == "Active"
    return None


def rolled_out(live: Object) -> bool:
    """Whether every replica is of the newest template and available."""
    status, wanted = live.get("status", {}), live["spec"].get("replicas", 1)
    return bool(
        status.get("observedGeneration", 0) >= live["metadata"].get("generation", 0)
        and status.get("updatedReplicas", 0) == wanted
        and status.get("availableReplicas", 0) >= wanted
        and status.get("replicas", 0) == wanted
    )


def _holds(live: Object, condition: str) -> bool:
    conditions: list[Any] = live.get("status", {}).get("conditions") or []
    return any(each["type"] == condition and each["status"] == "True" for each in conditions)


def _newest_pods(cluster: Cluster, deployment: Object) -> list[Object]:
    """Pods of the template as it is now: those before it may crash because of what it mends."""
    metadata = deployment["metadata"]
    if deployment.get("status", {}).get("observedGeneration", 0) < metadata.get("generation", 0):
        return []
    sets = _selected(cluster, deployment, "/apis/apps/v1", "replicasets")
    newest = [
        each
        for each in sets
        if _revision(each) == _revision(deployment)
        and any(
            owner["uid"] == metadata["uid"]
            for owner in each["metadata"].get("ownerReferences") or ()
        )
    ]
    pods = (pod for each in newest for pod in _selected(cluster, each, "/api/v1", "pods"))
    return [each for each in pods if "deletionTimestamp" not in each["metadata"]]


def _selected(cluster: Cluster, selecting: Object, api: str, plural: str) -> list[Object]:
    labels = selecting["spec"]["selector"].get("matchLabels") or {}
    selector = ",".join(f"{key}={value}" for key, value in labels.items())
    path = f"{api}/namespaces/{selecting['metadata']['namespace']}/{plural}"
    items: list[Object] = cluster.api.call("GET", path, query={"labelSelector": selector})["items"]
    return items


def _revision(of: Object) -> str | None:
    return (of["metadata"].get("annotations") or {}).get("deployment.kubernetes.io/revision")


def pod_troubles(cluster: Cluster, deployment: Object) -> Iterator[tuple[str, str]]:
    """(reason, text) of the newest containers that will not start by themselves."""
    for pod in _newest_pods(cluster, deployment):
        status = pod.get("status", {})
        every = [
            *status.get("initContainerStatuses", ()),
            *status.get("containerStatuses", ()),
        ]
        for container in every:
            waiting = container.get("state", {}).get("waiting", {})
            if waiting.get("reason") in _HOPELESS:
                name = f"pod {pod['metadata']['name']}, container {container['name']}"
                told = f"{name}: {waiting['reason']}: {waiting.get('message', '')}"
                yield waiting["reason"], told + _last_lines(cluster, pod, container)


def _last_lines(cluster: Cluster, pod: Object, container: Object) -> str:
    """The end of the log of a container that ran."""
    if not container.get("restartCount") and "terminated" not in container.get("lastState", {}):
        return ""
    metadata = pod["metadata"]
    path = f"/api/v1/namespaces/{metadata['namespace']}/pods/{metadata['name']}/log"
    query = {"container": container["name"], "tailLines": "8", "previous": "true"}
    try:
        text = cluster.api.text(path, query)
    except ApiError:
        return ""
    return "".join(f"\n    {line}" for line in text.strip().splitlines())


def _story(cluster: Cluster, live: Object, troubles: list[tuple[str, str]], seconds: float) -> str:
    status = live.get("status", {})
    lines = [f"{_title(live)} did not become ready in {seconds:.0f} s."]
    if live["kind"] == "Deployment":
        wanted = live["spec"].get("replicas", 1)
        lines[0] += f" {status.get('availableReplicas', 0)} of {wanted} replicas are available."
        lines += [text for _, text in troubles]
    for each in status.get("conditions") or ():
        if each["status"] != "True" and each.get("message"):
            lines.append(f"{each['type']}: {each['message']}")
    # A pod that was never made says so only here: admission, quota.
    lines += [
        each["message"]
        for each in status.get("conditions") or ()
        if each["type"] == "ReplicaFailure"
    ]
    return "\n  ".join(dict.fromkeys(lines))


def _title(target: Object) -> str:
    metadata = target["metadata"]
    place = f"{metadata['namespace']}/" if metadata.get("namespace") else ""
    return f"{target['kind']} {place}{metadata['name']}"
