"""Engine, cluster and pipelines that do nothing, but count what delivery asks of them."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from modelyard.delivery.journey import Journey
from modelyard.delivery.load_test import LoadResult
from modelyard.delivery.released_rules import RetrainRules
from modelyard.delivery.station import Machinery, Station
from modelyard.live.releases import Line, ReleaseLines
from modelyard.place import Place
from modelyard.versions import Version
from tests.modelyard.accounts import MODEL, REGION


class Crash(BaseException):
    """Stands for kill -9: nothing that catches exceptions sees it."""


@dataclass
class Works:
    """Stands in for engine, cluster and pipelines: does nothing, but counts what it was asked."""

    root: Path
    model: str = MODEL
    calls: list[str] = field(default_factory=list)
    crash_at: int = -1
    """Crash right after the n-th call did its work, before anybody could note it."""
    fail: dict[str, Exception] = field(default_factory=dict)
    ledger: list[dict[str, Any]] = field(default_factory=list)
    served: dict[str, str] = field(default_factory=dict)
    training: str = "Executing"
    rule: str = "required"
    retrain: RetrainRules | None = None

    def machinery(self) -> Machinery:
        """The table of functions that delivery uses."""
        return Machinery(
            deploy=self._deploy,
            copy_image=self._copy,
            start_training=self._train,
            training_state=lambda place, execution: (self.training, "out of memory"),
            smoke=self._smoke,
            load=self._load,
            record=self._record,
            is_recorded=lambda place, operation: any(
                each["operation"] == operation for each in self.ledger
            ),
            approval_rule=lambda place, version: self.rule,
            retrain_rules=self._retrain_rules,
        )

    def _retrain_rules(self, place: Place, model: str, line: Line) -> RetrainRules:
        assert self.retrain is not None
        return self.retrain

    def _did(self, what: str) -> None:
        self.calls.append(what)
        if what in self.fail:
            raise self.fail[what]
        if len(self.calls) - 1 == self.crash_at:
            raise Crash(what)

    def _deploy(self, place: Place) -> dict[str, int]:
        line = ReleaseLines.of(place).live(self.model)
        self.served[place.name] = line["version"] if line else "none"
        self._did("deploy")
        return {"update": 1}

    def _copy(self, place: Place, release: dict[str, Any]) -> str:
        self._did("copy")
        return f"{place.platform.image_repository_url}@{release['image_digest']}"

    def _train(self, place: Place, journey: Journey) -> str:
        self._did("train")
        # Named after the journey: starting twice finds the same execution.
        return f"arn:aws:sagemaker:{REGION}:{place.account}:pipeline/p/execution/{journey.id}"

    def _smoke(self, place: Place, version: Version, model: str) -> dict[str, Any]:
        self._did("smoke")
        return {"rows": 20}

    def _load(self, place: Place, version: Version, model: str) -> LoadResult:
        self._did("load")
        return LoadResult(
            seconds=5,
            clients=4,
            requests=100,
            errors=0,
            requests_per_second=20,
            p50_ms=1,
            p99_ms=2,
        )

    def _record(self, place: Place, fact: dict[str, Any]) -> None:
        if all(each["operation"] != fact["operation"] for each in self.ledger):
            self.ledger.append(fact)
        self._did("record")


def station(place: Place, works: Works) -> Station:
    """Delivery of one environment over the stand-in."""
    return Station(place=place, machinery=works.machinery(), report=lambda message: None)
