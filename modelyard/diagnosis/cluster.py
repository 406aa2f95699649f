"""What Kubernetes says of one environment: each object's status and events, never a Secret."""

import json
from http import HTTPStatus
from typing import Any

from modelyard.diagnosis.section import Contents
from modelyard.errors import NotUpError
from modelyard.live.cluster import api_client
from modelyard.place import Place

SECONDS = 10
KINDS = (
    "/api/v1/nodes",
    "/api/v1/namespaces",
    "/api/v1/pods",
    "/api/v1/services",
    "/api/v1/endpoints",
    "/api/v1/persistentvolumeclaims",
    "/apis/apps/v1/deployments",
    "/apis/apps/v1/statefulsets",
    "/apis/apps/v1/daemonsets",
    "/apis/apps/v1/replicasets",
    "/apis/batch/v1/jobs",
    "/apis/batch/v1/cronjobs",
    "/apis/autoscaling/v2/horizontalpodautoscalers",
)
"""Secrets and ConfigMaps are not among them."""
_KEPT = ("name", "namespace", "creationTimestamp", "deletionTimestamp", "generation")
_EVENT = ("type", "reason", "message", "count", "firstTimestamp", "lastTimestamp")


def objects(place: Place) -> Contents:
    """Name and status of every object; specifications stay out, variables may hold secrets."""
    found: dict[str, Any] = {}
    for kind in KINDS:
        found[kind.rsplit("/", 1)[-1]] = [_object(each) for each in _list(place, kind)]
    return {"objects.json": found}


def events(place: Place) -> Contents:
    """What the cluster noted about its objects."""
    found = [
        {
            **{name: each.get(name) for name in _EVENT},
            "about": "/".join(
                str(each.get("involvedObject", {}).get(name, ""))
                for name in ("kind", "namespace", "name")
            ),
        }
        for each in _list(place, "/api/v1/events")
    ]
    return {"events.json": found}


def _object(found: dict[str, Any]) -> dict[str, Any]:
    about = found.get("metadata", {})
    return {
        **{name: about[name] for name in _KEPT if name in about},
        "status": found.get("status"),
    }


def _list(place: Place, path: str) -> list[dict[str, Any]]:
    api = api_client(place)
    asked = api.param_serialize("GET", path, auth_settings=["BearerToken"])
    answer = api.call_api(*asked, _request_timeout=SECONDS)
    answer.read()
    if answer.status != HTTPStatus.OK:
        raise NotUpError(f"The cluster of {place.name} answers {answer.status} to {path}.")
    items: list[dict[str, Any]] = json.loads(answer.data).get("items", [])
    return items
