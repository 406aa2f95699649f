"""Which pods stand behind which service address."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

Object = dict[str, Any]
Address = tuple[str, int]


@dataclass(frozen=True, kw_only=True)
class Route:
    """One port of one service."""

    service: str
    address: Address
    targets: tuple[Address, ...]
    """Ready pods; none while nothing is ready."""


def routes(services: Iterable[Object], pods: Iterable[Object]) -> list[Route]:
    """All TCP ports of services that select pods."""
    every = list(pods)
    found = []
    for service in services:
        spec = service["spec"]
        selector = spec.get("selector")
        if not selector or spec.get("clusterIP", "None") in ("None", ""):
            continue
        namespace = service["metadata"]["namespace"]
        behind = [
            pod
            for pod in every
            if pod["metadata"]["namespace"] == namespace and _selected(pod, selector)
        ]
        for port in spec.get("ports", ()):
            if port.get("protocol", "TCP") != "TCP":
                continue
            wanted = port.get("targetPort", port["port"])
            targets = (
                (pod["status"]["podIP"], number)
                for pod in sorted(behind, key=lambda each: str(each["metadata"]["name"]))
                if is_ready(pod) and (number := _number(pod, wanted)) is not None
            )
            found.append(
                Route(
                    service=f"{namespace}/{service['metadata']['name']}",
                    address=(spec["clusterIP"], port["port"]),
                    targets=tuple(targets),
                )
            )
    return found


def is_ready(pod: Object) -> bool:
    """Whether it takes new connections; a pod told to stop does not."""
    if pod["metadata"].get("deletionTimestamp") or not pod["status"].get("podIP"):
        return False
    conditions = pod["status"].get("conditions") or ()
    return any(each["type"] == "Ready" and each["status"] == "True" for each in conditions)


def _selected(pod: Object, selector: dict[str, str]) -> bool:
    labels = pod["metadata"].get("labels") or {}
    return all(labels.get(key) == value for key, value in selector.items())


def _number(pod: Object, wanted: int | str) -> int | None:
    if isinstance(wanted, int):
        return wanted
    for container in pod["spec"]["containers"]:
        for port in container.get("ports") or ():
            if port.get("name") == wanted:
                return int(port["containerPort"])
    return None
