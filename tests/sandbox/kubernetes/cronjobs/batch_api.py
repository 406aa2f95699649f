"""The batch API of one namespace at the HTTP border, and the names of what runs there."""

import datetime
import re
from typing import Any

from sandbox.kubernetes.api import Api
from sandbox.kubernetes.cronjobs import CronJobs
from sandbox.timeline.clock import SandboxClock
from sandbox.timeline.timeline import Moved, Timeline
from tests.sandbox.kubernetes.http_border import Object
from tests.sandbox.timeline.journals import NoAlarms

_JOBS = re.compile(r"/apis/batch/v1/namespaces/models/jobs(?:/(?P<name>.+))?")


class ApiServer:
    """The batch API of one namespace, at the HTTP border."""

    def __init__(self) -> None:
        self.cronjobs: list[Object] = []
        self.jobs: dict[str, Object] = {}
        self.policies: dict[str, Object] = {}
        self.requests: list[tuple[str, str]] = []

    def answer(self, method: str, path: str, body: Object | None) -> tuple[int, Object]:
        self.requests.append((method, path))
        if (method, path) == ("GET", "/apis/batch/v1/cronjobs"):
            return 200, {"items": self.cronjobs}
        if "/admissionregistration.k8s.io/" in path:
            return self._policy(method, path.partition("?")[0], body)
        found = _JOBS.fullmatch(path)
        assert found, path
        name = found["name"]
        if method == "GET":
            return 200, {"items": list(self.jobs.values())}
        if method == "DELETE":
            return 200, self.jobs.pop(name)
        assert method == "POST"
        assert body
        name = body["metadata"]["name"]
        if name in self.jobs:
            return 409, {"reason": "AlreadyExists", "message": f"{name} already exists"}
        self.jobs[name] = body
        return 201, body

    def _policy(self, method: str, path: str, body: Object | None) -> tuple[int, Object]:
        if method == "DELETE":
            found = self.policies.pop(path, None)
            return (200, found) if found else (404, {"reason": "NotFound", "message": "none"})
        assert body
        self.policies[path] = body
        return 200, body

    def end(self, name: str, condition: str = "Complete") -> None:
        self.jobs[name]["status"] = {"conditions": [{"type": condition, "status": "True"}]}


def cronjob(**spec: Any) -> Object:
    """One that is due on Mondays at six."""
    return {
        "metadata": {"name": "watch", "namespace": "models", "uid": "u-1"},
        "spec": {
            "schedule": "0 6 * * 1",
            "jobTemplate": {
                "metadata": {"labels": {"app": "watch"}, "annotations": {"owner": "risk"}},
                "spec": {"template": {"spec": {"containers": [{"name": "watch"}]}}},
            },
            **spec,
        },
    }


def july(day: int, hour: int = 0) -> datetime.datetime:
    """A moment of July 2013, which begins on a Monday."""
    return datetime.datetime(2013, 7, day, hour, tzinfo=datetime.UTC)


def timeline_of(api: Api) -> Timeline:
    """A timeline on which nothing happens but the CronJobs of this server."""
    return Timeline(SandboxClock(), NoAlarms(), [CronJobs(lambda: {"dev": api})])


def results(moved: Moved) -> list[tuple[str, str]]:
    """Which Jobs were due, and what came of each."""
    return [(each.outcome.target, each.outcome.result) for each in moved.fired]


def name_at(moment: datetime.datetime) -> str:
    """The name of the Job of that moment."""
    return f"watch-{int(moment.timestamp()) // 60}"
