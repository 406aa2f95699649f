"""A watch that has failed ends the wait for its weeks, with the way to its log."""

from __future__ import annotations

import time
from types import SimpleNamespace
from typing import Any

import pytest

from modelyard.errors import RefusedError
from modelyard.live.watch_job import WatchJob
from modelyard.story import patience

PLACE: Any = SimpleNamespace(
    name="prod",
    client=lambda service: None,
    platform=SimpleNamespace(lakehouse_bucket="lake"),
    releases=SimpleNamespace(endpoints={"churn": SimpleNamespace(namespace="models")}),
)


@pytest.fixture
def job(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """The one Job that the cluster has; it runs."""
    found = SimpleNamespace(status=SimpleNamespace(conditions=None))
    cluster = SimpleNamespace(read_namespaced_job=lambda name, namespace: found)
    monkeypatch.setattr("modelyard.live.watch_job.api_client", lambda place: None)
    monkeypatch.setattr("kubernetes.client.BatchV1Api", lambda api: cluster)
    monkeypatch.setattr(patience, "delta", lambda place, name: None)
    return found


def wait() -> None:
    watch = WatchJob(PLACE, "churn")
    patience.when_changed(
        PLACE,
        "metrics/churn",
        lambda table: None,
        "weeks",
        meanwhile=lambda: watch.require_sound("w1"),
    )


def test_its_log_is_named_at_once(job: SimpleNamespace) -> None:
    job.status.conditions = [SimpleNamespace(type="Failed", status="True")]
    begun = time.monotonic()
    with pytest.raises(RefusedError, match="The watch w1 failed in prod") as refused:
        wait()
    assert time.monotonic() - begun < 5
    assert refused.value.remedy == "kubectl --context prod -n models logs job/w1 --tail 20"


def test_one_that_runs_is_waited_for(
    job: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(patience, "PATIENCE", 1.5)
    with pytest.raises(RefusedError, match="Waited 2 s for weeks"):
        wait()
