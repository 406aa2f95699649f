"""The pod every workload runs in: no privileges, a read-only root, bounded in every direction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypedDict

import pulumi
import pulumi_kubernetes as k8s

from ml.workloads import Job, Workload

USER = 10001
"""The image's user; above any id of the node."""

GRACE_SECONDS = 45
"""Time to leave the load balancer, finish requests, and write captured answers away."""

LEAVE_SECONDS = 3
"""Time that endpoints and proxies take to forget a pod that stops."""


@dataclass(frozen=True, kw_only=True)
class PodPlan:
    """What makes one workload's pod different from another's."""

    workload: Workload | Job
    image: pulumi.Input[str]
    """Full reference by digest."""

    labels: Mapping[str, str]
    service_account: pulumi.Input[str]
    environment: Mapping[str, pulumi.Input[str]]
    """A value for every variable the workload asks for, but those about the pod itself."""

    volumes: Mapping[str, tuple[str, str]]
    """Writable places beside /tmp: name → (path, size)."""

    def __post_init__(self) -> None:
        given = {*self.environment, *POD_FACTS}
        if missing := [name for name in self.workload.environment if name not in given]:
            raise ValueError(f"environment must give {missing} of {self.workload.name!r}")


class Answers(TypedDict):
    """What only a container has that stays up."""

    ports: list[k8s.core.v1.ContainerPortArgsDict]
    startup_probe: k8s.core.v1.ProbeArgsDict
    liveness_probe: k8s.core.v1.ProbeArgsDict
    readiness_probe: k8s.core.v1.ProbeArgsDict
    lifecycle: k8s.core.v1.LifecycleArgsDict


POD_FACTS = {"POD_IP": "status.podIP", "POD_NAME": "metadata.name"}


def pod_template(plan: PodPlan) -> k8s.core.v1.PodTemplateSpecArgsDict:
    """A pod that the `restricted` standard admits and that stops without losing anything."""
    spread: list[k8s.core.v1.TopologySpreadConstraintArgsDict] = [
        {
            "max_skew": 1,
            "topology_key": key,
            "when_unsatisfiable": "ScheduleAnyway",
            "label_selector": {"match_labels": dict(plan.labels)},
        }
        for key in ("topology.kubernetes.io/zone", "kubernetes.io/hostname")
    ]
    spec = _guarded(plan, {**_container(plan), **_answers(plan.workload)})
    spec["termination_grace_period_seconds"] = GRACE_SECONDS
    # Spread where there is a choice, start where there is none.
    spec["topology_spread_constraints"] = spread
    return {"metadata": {"labels": dict(plan.labels)}, "spec": spec}


def job_template(plan: PodPlan) -> k8s.core.v1.PodTemplateSpecArgsDict:
    """The same pod for work that ends: a failed one is looked at and another one started."""
    spec = _guarded(plan, _container(plan))
    spec["restart_policy"] = "Never"
    return {"metadata": {"labels": dict(plan.labels)}, "spec": spec}


def _guarded(
    plan: PodPlan, container: k8s.core.v1.ContainerArgsDict
) -> k8s.core.v1.PodSpecArgsDict:
    return {
        "containers": [container],
        "service_account_name": plan.service_account,
        # Pod Identity projects its own token; nothing here speaks to the API server.
        "automount_service_account_token": False,
        "enable_service_links": False,
        "security_context": {
            "run_as_non_root": True,
            "run_as_user": USER,
            "run_as_group": USER,
            "seccomp_profile": {"type": "RuntimeDefault"},
        },
        "volumes": [
            {"name": name, "empty_dir": {"size_limit": size}}
            for name, (_, size) in _places(plan).items()
        ],
    }


def _places(plan: PodPlan) -> dict[str, tuple[str, str]]:
    return {"tmp": ("/tmp", "1Gi"), **plan.volumes}


def _answers(workload: Workload | Job) -> Answers:
    """What only a container has that stays up: a port, probes, and time to leave."""
    if isinstance(workload, Job):
        raise ValueError(f"{workload.name!r} ends by itself: it has no probes")
    live: k8s.core.v1.HTTPGetActionArgsDict = {
        "path": workload.probes.live,
        "port": workload.port,
    }
    ready: k8s.core.v1.HTTPGetActionArgsDict = {
        "path": workload.probes.ready,
        "port": workload.port,
    }
    return {
        "ports": [{"name": "http", "container_port": workload.port}],
        # Loading a package may take minutes on a cold node; after that, silence is death.
        "startup_probe": {"http_get": live, "period_seconds": 1, "failure_threshold": 300},
        "liveness_probe": {"http_get": live, "period_seconds": 10, "failure_threshold": 3},
        "readiness_probe": {"http_get": ready, "period_seconds": 2, "failure_threshold": 2},
        "lifecycle": {"pre_stop": {"sleep": {"seconds": LEAVE_SECONDS}}},
    }


def _container(plan: PodPlan) -> k8s.core.v1.ContainerArgsDict:
    workload = plan.workload
    memory = f"{workload.resources.memory_mib}Mi"
    environment: list[k8s.core.v1.EnvVarArgsDict] = [
        {"name": name, "value": value} for name, value in plan.environment.items()
    ]
    environment += [
        {"name": name, "value_from": {"field_ref": {"field_path": path}}}
        for name, path in POD_FACTS.items()
    ]
    return {
        "name": "main",
        "image": plan.image,
        "image_pull_policy": "IfNotPresent",
        "command": list(workload.command),
        "env": environment,
        "resources": {
            # Memory is a promise in both directions; cpu beyond the request is shared.
            "requests": {
                "cpu": f"{round(workload.resources.cpu * 1000)}m",
                "memory": memory,
                "ephemeral-storage": "1Gi",
            },
            "limits": {"memory": memory, "ephemeral-storage": "4Gi"},
        },
        "security_context": {
            "allow_privilege_escalation": False,
            "privileged": False,
            "read_only_root_filesystem": True,
            "run_as_non_root": True,
            "capabilities": {"drop": ["ALL"]},
        },
        "volume_mounts": [
            {"name": name, "mount_path": path} for name, (path, _) in _places(plan).items()
        ],
    }
