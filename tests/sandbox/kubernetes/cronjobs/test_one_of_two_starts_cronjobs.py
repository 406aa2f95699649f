"""Either the sandbox's clock starts CronJobs or the cluster does, and who cannot is told."""

from sandbox.kubernetes.api import Api
from sandbox.kubernetes.holding import NAME, Holding
from sandbox.timeline.timeline import Timeline
from tests.sandbox.kubernetes.cronjobs.batch_api import (
    ApiServer,
    cronjob,
    july,
    results,
    timeline_of,
)


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
    timeline = timeline_of(api)
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
