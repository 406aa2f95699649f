"""A CronJob's Job is made when the sandbox's clock passes its time, as its controller makes it."""

from sandbox.timeline.timeline import Timeline
from tests.sandbox.kubernetes.cronjobs.batch_api import ApiServer, cronjob, july, name_at, results


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
