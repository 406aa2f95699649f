"""Our records in the kubelet's words, and its filters on them."""

import time
from collections.abc import Mapping

from sandbox.kubernetes.runtime.cri import api_pb2 as cri
from sandbox.kubernetes.runtime.state import Pod, Workload


def _pod_state(pod: Pod) -> cri.PodSandboxState:
    return cri.SANDBOX_READY if pod.ready else cri.SANDBOX_NOTREADY


def pod(pod: Pod) -> cri.PodSandbox:
    """A pod in a list."""
    return cri.PodSandbox(
        id=pod.id,
        metadata=pod.config.metadata,
        state=_pod_state(pod),
        created_at=pod.created_at,
        labels=dict(pod.config.labels),
        annotations=dict(pod.config.annotations),
    )


def pod_status(pod: Pod) -> cri.PodSandboxStatus:
    """One pod with its address."""
    return cri.PodSandboxStatus(
        id=pod.id,
        metadata=pod.config.metadata,
        state=_pod_state(pod),
        created_at=pod.created_at,
        network=cri.PodSandboxNetworkStatus(ip=pod.address),
        labels=dict(pod.config.labels),
        annotations=dict(pod.config.annotations),
    )


def container(workload: Workload) -> cri.Container:
    """A container in a list."""
    return cri.Container(
        id=workload.id,
        pod_sandbox_id=workload.pod.id,
        metadata=workload.config.metadata,
        image=workload.config.image,
        image_ref=workload.image.reference,
        state=workload.state,
        created_at=workload.created_at,
        labels=dict(workload.config.labels),
        annotations=dict(workload.config.annotations),
    )


def container_status(workload: Workload) -> cri.ContainerStatus:
    """One container with its end."""
    return cri.ContainerStatus(
        id=workload.id,
        metadata=workload.config.metadata,
        state=workload.state,
        created_at=workload.created_at,
        started_at=workload.started_at,
        finished_at=workload.finished_at,
        exit_code=workload.exit_code,
        image=workload.config.image,
        image_ref=workload.image.reference,
        image_id=workload.image.reference,
        reason=workload.reason,
        message=workload.message,
        labels=dict(workload.config.labels),
        annotations=dict(workload.config.annotations),
        mounts=list(workload.config.mounts),
        log_path=str(workload.log_path),
    )


def stats(workload: Workload) -> cri.ContainerStats:
    """What the container uses now."""
    now = time.time_ns()
    answer = cri.ContainerStats(
        attributes=cri.ContainerAttributes(
            id=workload.id,
            metadata=workload.config.metadata,
            labels=dict(workload.config.labels),
            annotations=dict(workload.config.annotations),
        )
    )
    if workload.process is not None:
        used = workload.process.usage()
        answer.cpu.timestamp = answer.memory.timestamp = now
        answer.cpu.usage_core_nano_seconds.value = used.cpu_nanoseconds
        answer.memory.working_set_bytes.value = used.memory_bytes
    return answer


def pod_matches(wanted: cri.PodSandboxFilter, found: cri.PodSandbox) -> bool:
    """Whether the pod passes the filter."""
    return (
        (not wanted.id or wanted.id == found.id)
        and (not wanted.HasField("state") or wanted.state.state == found.state)
        and _labelled(wanted.label_selector, found.labels)
    )


def container_matches(wanted: cri.ContainerFilter, found: cri.Container) -> bool:
    """Whether the container passes the filter."""
    return (
        (not wanted.id or wanted.id == found.id)
        and (not wanted.pod_sandbox_id or wanted.pod_sandbox_id == found.pod_sandbox_id)
        and (not wanted.HasField("state") or wanted.state.state == found.state)
        and _labelled(wanted.label_selector, found.labels)
    )


def _labelled(wanted: Mapping[str, str], found: Mapping[str, str]) -> bool:
    return all(found.get(key) == value for key, value in wanted.items())
