"""Talks to a live endpoint over the Open Inference Protocol V2, at the address its Service has."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import httpx

from modelyard.errors import NotUpError, RefusedError
from modelyard.live.cluster import api_client
from modelyard.place import Place


@dataclass(frozen=True, kw_only=True)
class Pod:
    """One replica as the cluster sees it."""

    name: str
    ready: bool
    restarts: int
    phase: str
    address: str = ""
    """Where this replica alone answers, as http://host:port."""


@dataclass(frozen=True, kw_only=True)
class Health:
    """What the endpoint itself answered."""

    ready: bool
    status: int
    """HTTP status of /v2/health/ready; 0 when nothing answered."""
    detail: str = ""


@dataclass(frozen=True, kw_only=True)
class Endpoint:
    """A model's endpoint in one environment."""

    model: str
    environment: str
    address: str
    pods: tuple[Pod, ...] = field(default=())

    def health(self, *, timeout: float = 3.0) -> Health:
        """Ask the endpoint whether it can answer predictions."""
        try:
            answer = httpx.get(f"{self.address}/v2/health/ready", timeout=timeout, trust_env=False)
        except httpx.HTTPError as error:
            return Health(ready=False, status=0, detail=f"no answer ({type(error).__name__})")
        return Health(ready=answer.is_success, status=answer.status_code, detail=_detail(answer))

    def metadata(self, *, by_key: bool = False) -> dict[str, Any]:
        """Return the model's inputs, outputs and versions."""
        return self._call("GET", self._path(by_key))

    def infer(
        self, request: Mapping[str, Any], *, by_key: bool = False, timeout: float = 30.0
    ) -> dict[str, Any]:
        """Send one V2 request and return the answer; a refusal carries the server's reason.

        By key, the request names entities, and the server builds the features.
        """
        return self._call("POST", f"{self._path(by_key)}/infer", request, timeout=timeout)

    def feedback(self, labels: Mapping[str, Any], *, timeout: float = 30.0) -> dict[str, Any]:
        """Post labels by prediction id; when this returns, they are kept."""
        return self._call("POST", "/feedback", labels, timeout=timeout)

    def _path(self, by_key: bool) -> str:
        return f"/v2/models/{self.model}{'_by_key' if by_key else ''}"

    def _call(
        self, method: str, path: str, body: Mapping[str, Any] | None = None, timeout: float = 10.0
    ) -> dict[str, Any]:
        try:
            answer = _client().request(method, self.address + path, json=body, timeout=timeout)
        except httpx.HTTPError as error:
            raise NotUpError(
                f"{self.model} in {self.environment} does not answer at {self.address} "
                f"({type(error).__name__}).",
                remedy="modelyard status",
            ) from error
        if not answer.is_success:
            raise RefusedError(
                f"{self.model} in {self.environment} answered {answer.status_code}: "
                f"{_detail(answer)}",
                remedy="modelyard status shows which version is live",
            )
        found: dict[str, Any] = answer.json()
        return found


@cache
def _client() -> httpx.Client:
    """One for all: to make one takes longer than to ask about a thousand rows."""
    return httpx.Client(trust_env=False)


def endpoint(place: Place, model: str) -> Endpoint:
    """Find a model's endpoint and its pods in the environment's cluster."""
    described = place.releases.endpoints.get(model)
    if described is None:
        raise NotUpError(
            f"{place.name} has no endpoint for {model}.", remedy=f"modelyard deploy {place.name}"
        )
    core = _core(place)
    service = core.read_namespaced_service(described.service, described.namespace)
    selector = ",".join(f"{key}={value}" for key, value in service.spec.selector.items())
    pods = core.list_namespaced_pod(described.namespace, label_selector=selector).items
    return Endpoint(
        model=model,
        environment=place.name,
        address=f"http://{service.spec.cluster_ip}:{described.port}",
        pods=tuple(_pod(each, described.port) for each in pods),
    )


def wait_ready(found: Endpoint, seconds: float) -> Health:
    """Wait until the endpoint says it can answer; returns what it said last."""
    deadline = time.monotonic() + seconds
    while True:
        health = found.health()
        if health.ready or time.monotonic() > deadline:
            return health
        time.sleep(0.25)


def _core(place: Place) -> Any:
    from kubernetes import client

    return client.CoreV1Api(api_client(place))


def _pod(found: Any, port: int) -> Pod:
    statuses = found.status.container_statuses or []
    ready = bool(statuses) and all(each.ready for each in statuses)
    return Pod(
        name=found.metadata.name,
        ready=ready and found.metadata.deletion_timestamp is None,
        restarts=sum(each.restart_count for each in statuses),
        phase=found.status.phase,
        address=f"http://{found.status.pod_ip}:{port}" if found.status.pod_ip else "",
    )


def _detail(answer: httpx.Response) -> str:
    try:
        body = answer.json()
    except ValueError:
        return answer.text[:300]
    return str(body.get("error", "")) if isinstance(body, dict) else ""
