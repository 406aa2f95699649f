"""On a real control plane a CronJob runs when the sandbox's clock passes its time, not before."""

import datetime
from collections.abc import Iterator
from typing import Any

import pytest

from sandbox.kubernetes.api import ApiError
from sandbox.kubernetes.cronjobs import CronJobs
from sandbox.kubernetes.holding import Holding
from sandbox.kubernetes.scheduled_job import SCHEDULED
from sandbox.timeline.clock import SandboxClock
from sandbox.timeline.timeline import Timeline
from tests.sandbox.kubernetes.cluster import Cluster, condition, until
from tests.sandbox.kubernetes.workload import NAMESPACE, deployment
from tests.sandbox.timeline.journals import NoAlarms

pytestmark = pytest.mark.engine
HOME = f"/apis/batch/v1/namespaces/{NAMESPACE}"
MONDAY = datetime.datetime(2013, 7, 1, tzinfo=datetime.UTC)
CONTROLLER = "system:serviceaccount:kube-system:cronjob-controller"


@pytest.fixture
def timeline(cluster: Cluster) -> Iterator[Timeline]:
    made = Timeline(SandboxClock(), NoAlarms(), [CronJobs(lambda: {"dev": cluster.api})])
    made.follow(Holding(lambda: {"dev": cluster.api}))
    yield made
    made.real()


@pytest.fixture
def weekly(cluster: Cluster) -> Iterator[str]:
    """A CronJob that says hello on Mondays at six."""
    pod = deployment("weekly", cluster.image)["spec"]["template"]
    (container,) = pod["spec"]["containers"]
    for probe in ("livenessProbe", "readinessProbe"):
        del container[probe]
    container["command"] = ["/usr/bin/python3", "-c", "print('hello')"]
    pod["spec"]["restartPolicy"] = "Never"
    cronjob: dict[str, Any] = {
        "apiVersion": "batch/v1",
        "kind": "CronJob",
        "metadata": {"name": "weekly", "namespace": NAMESPACE},
        "spec": {
            "schedule": "0 6 * * 1",
            "concurrencyPolicy": "Forbid",
            "jobTemplate": {"spec": {"template": pod}},
        },
    }
    cluster.apply(f"{HOME}/cronjobs/weekly", cronjob)
    yield "weekly"
    body = {"kind": "DeleteOptions", "apiVersion": "v1", "propagationPolicy": "Foreground"}
    cluster.api.call("DELETE", f"{HOME}/cronjobs/weekly", body)
    until(lambda: not cluster.api.call("GET", f"{HOME}/cronjobs")["items"], "it is gone")


def test_a_week_makes_a_job_that_the_cluster_runs_and_owns(
    cluster: Cluster, timeline: Timeline, weekly: str
) -> None:
    timeline.move(MONDAY)
    (fired,) = timeline.move(MONDAY + datetime.timedelta(days=2)).fired
    assert fired.outcome.result == "delivered", fired.outcome.detail
    name = fired.outcome.target.partition("/")[2]
    job = until(
        lambda: (
            condition(found := cluster.api.call("GET", f"{HOME}/jobs/{name}"), "Complete")
            and found
        ),
        "the job is complete",
    )
    assert job["metadata"]["annotations"][SCHEDULED] == "2013-07-01T06:00:00Z"
    assert cluster.kubectl("logs", f"job/{name}").strip() == "hello"
    (fired,) = timeline.move(MONDAY + datetime.timedelta(days=9)).fired
    assert fired.outcome.result == "delivered", fired.outcome.detail


def test_while_the_clock_is_set_the_controller_starts_nothing_itself(
    cluster: Cluster, timeline: Timeline, weekly: str
) -> None:
    job = {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {"generateName": "by-the-controller-"},
        "spec": cluster.api.call("GET", f"{HOME}/cronjobs/{weekly}")["spec"]["jobTemplate"][
            "spec"
        ],
    }
    headers = cluster.api._pool.headers

    def as_controller() -> str:
        cluster.api._pool.headers = {**headers, "Impersonate-User": CONTROLLER}
        try:
            cluster.api.call("POST", f"{HOME}/jobs", job, query={"dryRun": "All"})
        except ApiError as error:
            return error.message
        finally:
            cluster.api._pool.headers = headers
        return ""

    # Policies take effect, and end, a moment after they are written.
    until(lambda: as_controller() == "", "the controller may")
    timeline.move(MONDAY)
    refused = until(as_controller, "the controller is refused")
    assert "modelyard sandbox clock real" in refused
    cluster.api.call("POST", f"{HOME}/jobs", job, query={"dryRun": "All"})
    timeline.real()
    until(lambda: as_controller() == "", "the controller may again")
