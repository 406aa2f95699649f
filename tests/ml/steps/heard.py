"""CloudWatch as the watch step finds it: it remembers what it was told."""

from datetime import datetime
from typing import Any

import pytest

import ml.steps.watch as step
from ml.spec import ModelSpec
from ml.steps import watch_weeks


class CloudWatch:
    """Remembers what it was told."""

    def __init__(self, model: str) -> None:
        self.model = model
        self.data: list[dict[str, Any]] = []
        self.namespaces: set[str] = set()

    def put_metric_data(self, **request: Any) -> None:
        self.namespaces.add(request["Namespace"])
        self.data += request["MetricData"]

    def verdicts(self) -> dict[datetime, dict[str, float]]:
        """Breach per signal, by the moment it is about."""
        found: dict[datetime, dict[str, float]] = {}
        for one in self.data:
            if one["MetricName"] == "Breach":
                names = {each["Name"]: each["Value"] for each in one["Dimensions"]}
                assert names["Model"] == self.model
                found.setdefault(one["Timestamp"], {})[names["Signal"]] = one["Value"]
        return found


def listen(monkeypatch: pytest.MonkeyPatch, spec: ModelSpec) -> CloudWatch:
    """Let the step watch a model of this spec, and hear what it tells CloudWatch."""
    heard = CloudWatch(spec.name)
    monkeypatch.setattr(step, "spec_of", lambda flags: spec)
    monkeypatch.setattr(watch_weeks, "client", lambda service: heard)
    return heard
