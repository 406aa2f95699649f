"""What moto has not, and a story in one process needs: tables, a cluster and an engine."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import pytest

from modelyard.live.endpoint import Health
from modelyard.live.landing import Zone
from modelyard.live.rollback import roll_back
from modelyard.live.training import Execution
from modelyard.place import Place
from modelyard.storage import list_keys
from modelyard.story.flights import Flights
from tests.modelyard.world import Works


@dataclass(frozen=True)
class LandedFlights(Flights):
    """The flights, whose months have landed: to make and read them takes too long for a test."""

    def landed(self, place: Place) -> bool:
        """They have."""
        return True

    def caught(self, place: Place) -> bool:
        """What was planted too."""
        return True

    def told(self, place: Place) -> str:
        """Nothing to say of them here."""
        return "all months have landed"

    def more_landed(self, place: Place) -> bool:
        """May and June too."""
        return True


def stand_in(monkeypatch: pytest.MonkeyPatch, works: Works) -> None:
    """What moto has not: steps of an execution, Delta tables, a cluster and an engine."""
    endpoint = _Endpoint(works)
    for name, instead in {
        "modelyard.live.training.look": lambda place, arn: Execution(arn=arn, status="Succeeded"),
        "modelyard.story.packed.holds": lambda root, commit, path: True,
        "modelyard.story.growth.mirrored": lambda place, tables: True,
        "modelyard.story.own_file.mirror_of": lambda place: {"churn": {"dropped": ["email"]}},
        "modelyard.story.growth.zones": _zones,
        "modelyard.story.rows.zones": _zones,
        "modelyard.story.own_file.zones": _zones,
        "modelyard.story.production.endpoint": lambda place, model: endpoint,
        "modelyard.story.production.roll_back": partial(
            roll_back,
            deploy=lambda place, report: works.machinery().deploy(place),
            served=lambda place, model: works.served[place.name],
            check=lambda place, model, line: None,
        ),
    }.items():
        monkeypatch.setattr(name, instead)


def _zones(place: Place, tables: Sequence[str]) -> list[Zone]:
    """Every row that has landed, as if the data pipeline had found nothing wrong."""
    return [_zone(place, table) for table in tables]


def _zone(place: Place, table: str) -> Zone:
    s3, bucket = place.client("s3"), place.platform.lakehouse_bucket
    files = [
        s3.get_object(Bucket=bucket, Key=key)["Body"].read()
        for key in list_keys(s3, bucket, f"landing/{table}/")
    ]
    rows = sum(file.count(b"\n") - 1 for file in files)
    return Zone(table=table, raw=rows, curated=rows)


@dataclass
class _Endpoint:
    """The cluster of production: it serves what the engine brought there last."""

    works: Works

    def health(self) -> Health:
        """Ready once a version was deployed."""
        ready = self.works.served.get("prod", "none") != "none"
        return Health(ready=ready, status=200 if ready else 503)
