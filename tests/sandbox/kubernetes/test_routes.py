"""A service leads to the ready pods that its selector names, and to no others."""

from typing import Any

from sandbox.kubernetes.node.routes import routes
from sandbox.kubernetes.runtime.addresses import Addresses


def pod(name: str, ip: str, *, ready: bool = True, leaving: bool = False, app: str = "a") -> Any:
    metadata: dict[str, Any] = {"name": name, "namespace": "models", "labels": {"app": app}}
    if leaving:
        metadata["deletionTimestamp"] = "2026-01-01T00:00:00Z"
    condition = {"type": "Ready", "status": "True" if ready else "False"}
    ports = [{"name": "http", "containerPort": 8081}]
    return {
        "metadata": metadata,
        "spec": {"containers": [{"ports": ports}]},
        "status": {"podIP": ip, "conditions": [condition]},
    }


def service(**spec: Any) -> Any:
    return {
        "metadata": {"name": "a", "namespace": "models"},
        "spec": {"clusterIP": "127.9.0.1", "selector": {"app": "a"}, **spec},
    }


def test_only_ready_pods_that_stay_are_behind_an_address() -> None:
    pods = [
        pod("one", "127.8.0.1"),
        pod("starting", "127.8.0.2", ready=False),
        pod("leaving", "127.8.0.3", leaving=True),
        pod("other", "127.8.0.4", app="b"),
    ]
    (found,) = routes([service(ports=[{"port": 80, "targetPort": "http"}])], pods)
    assert found.address == ("127.9.0.1", 80)
    assert found.targets == (("127.8.0.1", 8081),)


def test_headless_services_and_other_protocols_have_no_address() -> None:
    ports = [{"port": 80}]
    wanted = [
        service(clusterIP="None", ports=ports),
        service(ports=[{"port": 53, "protocol": "UDP"}]),
        service(selector=None, ports=ports),
    ]
    assert routes(wanted, []) == []


def test_no_two_pods_have_one_address() -> None:
    addresses = Addresses("127.8.0.0/29")
    taken = [addresses.take() for _ in range(5)]
    assert len(set(taken)) == 5
    addresses.give_back(taken[2])
    assert addresses.take() == taken[2]
