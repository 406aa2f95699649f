"""A CronJob's Job is made when the sandbox's clock passes its time, as its controller makes it."""

import datetime
import re
from collections.abc import Iterator
from typing import Any

import pytest

from sandbox.kubernetes.api import Api
from sandbox.kubernetes.cronjobs import CronJobs
from sandbox.kubernetes.holding import NAME, Holding
from sandbox.timeline.clock import SandboxClock
from sandbox.timeline.timeline import AlarmChange, Moved, Timeline
from tests.sandbox.kubernetes.http_border import Object, answering

UTC = datetime.UTC
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


@pytest.fixture
def server() -> ApiServer:
    return ApiServer()


@pytest.fixture
def api(server: ApiServer) -> Iterator[Api]:
    with answering(server.answer) as api:
        yield api


class NoAlarms:
    """Nothing rings."""

    def replay(
        self, after: datetime.datetime, until: datetime.datetime, problems: list[str]
    ) -> list[AlarmChange]:
        return []

    def observe(self, now: datetime.datetime, problems: list[str]) -> list[AlarmChange]:
        return []


def cronjob(**spec: Any) -> Object:
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
    return datetime.datetime(2013, 7, day, hour, tzinfo=UTC)


@pytest.fixture
def timeline(api: Api) -> Timeline:
    made = Timeline(SandboxClock(), NoAlarms(), [CronJobs(lambda: {"dev": api})])
    made.move(july(1))
    return made


def results(moved: Moved) -> list[tuple[str, str]]:
    return [(each.outcome.target, each.outcome.result) for each in moved.fired]


def name_at(moment: datetime.datetime) -> str:
    return f"watch-{int(moment.timestamp()) // 60}"


def test_the_job_is_the_template_with_owner_and_time(
    server: ApiServer, timeline: Timeline
) -> None:
    server.cronjobs = [cronjob()]
    timeline.move(july(2))
    (job,) = server.jobs.values()
    assert job["metadata"] == {
        "name": name_at(july(1, 6)),
        "namespace": "models",
        "labels": {"app": "watch"},
        "annotations": {
            "owner": "risk",
            "batch.kubernetes.io/cronjob-scheduled-timestamp": "2013-07-01T06:00:00Z",
        },
        "ownerReferences": [
            {
                "apiVersion": "batch/v1",
                "kind": "CronJob",
                "name": "watch",
                "uid": "u-1",
                "controller": True,
                "blockOwnerDeletion": True,
            }
        ],
    }
    assert job["spec"] == server.cronjobs[0]["spec"]["jobTemplate"]["spec"]


def test_every_due_time_of_a_long_move_starts_its_own_job_in_order(
    server: ApiServer, timeline: Timeline
) -> None:
    server.cronjobs = [cronjob()]
    moved = timeline.move(july(31))
    expected = [name_at(july(day, 6)) for day in (1, 8, 15, 22, 29)]
    assert list(server.jobs) == expected
    assert results(moved) == [(f"models/{name}", "delivered") for name in expected]


def test_the_zone_of_the_cronjob_is_its_own(server: ApiServer, timeline: Timeline) -> None:
    server.cronjobs = [cronjob(timeZone="America/New_York")]
    timeline.move(july(2))
    (job,) = server.jobs.values()
    told = job["metadata"]["annotations"]["batch.kubernetes.io/cronjob-scheduled-timestamp"]
    assert told == "2013-07-01T06:00:00-04:00"
    assert job["metadata"]["name"] == name_at(july(1, 10))


def test_a_suspended_one_does_not_run(server: ApiServer, timeline: Timeline) -> None:
    server.cronjobs = [cronjob(suspend=True)]
    assert results(timeline.move(july(31))) == []
    assert server.jobs == {}


def test_forbid_starts_nothing_while_one_runs(server: ApiServer, timeline: Timeline) -> None:
    server.cronjobs = [cronjob(concurrencyPolicy="Forbid")]
    timeline.move(july(2))
    (skipped,) = timeline.move(july(9)).fired
    assert skipped.outcome.result == "skipped"
    assert name_at(july(1, 6)) in skipped.outcome.detail
    server.end(name_at(july(1, 6)), "Failed")
    assert results(timeline.move(july(16))) == [(f"models/{name_at(july(15, 6))}", "delivered")]


def test_replace_ends_the_one_that_runs(server: ApiServer, timeline: Timeline) -> None:
    server.cronjobs = [cronjob(concurrencyPolicy="Replace")]
    timeline.move(july(9))
    assert list(server.jobs) == [name_at(july(8, 6))]


def test_a_job_of_somebody_else_forbids_nothing(server: ApiServer, timeline: Timeline) -> None:
    server.cronjobs = [cronjob(concurrencyPolicy="Forbid")]
    other = {"metadata": {"name": "other", "ownerReferences": [{"uid": "u-2"}]}}
    server.jobs = {"other": other}
    assert results(timeline.move(july(2))) == [(f"models/{name_at(july(1, 6))}", "delivered")]


def test_a_run_that_was_started_before_is_not_started_again(
    server: ApiServer, timeline: Timeline
) -> None:
    server.cronjobs = [cronjob()]
    timeline.move(july(2))
    timeline.real()
    timeline.move(july(1))
    assert results(timeline.move(july(2))) == [(f"models/{name_at(july(1, 6))}", "skipped")]


def test_what_cannot_be_read_is_told_and_the_others_run(
    server: ApiServer, timeline: Timeline
) -> None:
    lost = cronjob(timeZone="Mars/Olympus")
    lost["metadata"]["name"] = "lost"
    server.cronjobs = [lost, cronjob()]
    moved = timeline.move(july(2))
    assert [result for _, result in results(moved)] == ["delivered"]
    assert moved.problems == ["CronJob dev/models/lost: there is no time zone 'Mars/Olympus'"]


def test_a_cluster_that_does_not_answer_is_told(server: ApiServer, api: Api) -> None:
    timeline = Timeline(SandboxClock(), NoAlarms(), [CronJobs(lambda: {"dev": api})])
    api.server = "http://127.0.0.1:9"
    timeline.move(july(1))
    moved = timeline.move(july(2))
    assert moved.fired == []
    assert ["does not answer" in each for each in moved.problems] == [True]


def test_the_machine_time_is_left_to_the_cluster(server: ApiServer, timeline: Timeline) -> None:
    server.cronjobs = [cronjob(schedule="* * * * *")]
    timeline.real()
    timeline.tick()
    assert server.requests == []


def test_the_controller_of_the_cluster_is_held_while_the_clock_is_set(
    server: ApiServer, timeline: Timeline, api: Api
) -> None:
    timeline.real()
    timeline.follow(Holding(lambda: {"dev": api}))
    timeline.move(july(1))
    assert {each["kind"]: each["metadata"]["name"] for each in server.policies.values()} == {
        "ValidatingAdmissionPolicy": NAME,
        "ValidatingAdmissionPolicyBinding": NAME,
    }
    assert timeline.move(july(2)).problems == []
    assert timeline.real().problems == []
    assert server.policies == {}
    assert timeline.real().problems == []


def test_a_controller_that_cannot_be_held_is_told(
    server: ApiServer, timeline: Timeline, api: Api
) -> None:
    timeline.real()
    api.server = "http://127.0.0.1:9"
    timeline.follow(Holding(lambda: {"dev": api}))
    (problem,) = timeline.move(july(1)).problems
    assert problem.startswith("the CronJob controller of dev was not held: ")
