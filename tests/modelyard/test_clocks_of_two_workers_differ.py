"""A worker whose clock is wrong takes another's lock; in the end one version is live."""

import threading
import time
from dataclasses import dataclass, field

import pytest

from modelyard.delivery import lock
from modelyard.delivery.lock import Lock
from modelyard.delivery.station import Station
from modelyard.errors import RefusedError
from modelyard.live.releases import ReleaseLines
from modelyard.place import Place
from tests.modelyard import living, world
from tests.modelyard.lone_worker import is_live, serving, wait_for
from tests.modelyard.test_many_at_once import seen_by
from tests.modelyard.world import Works, station
from tests.recovery import Recovery

pytestmark = pytest.mark.slow

AHEAD_SECONDS = 900.0


@dataclass(kw_only=True)
class SlowEngine(Works):
    """Brings what the line said when it began, and takes until another one has met it."""

    running: threading.Lock = field(default_factory=threading.Lock)
    met: threading.Event = field(default_factory=threading.Event)

    def _deploy(self, place: Place) -> dict[str, int]:
        if not self.running.acquire(blocking=False):
            self.met.set()
            raise RefusedError("the stack is locked by another update")
        try:
            line = ReleaseLines.of(place).live(self.model)
            assert self.met.wait(60)
            self.served[place.name] = line["version"] if line else "none"
            self._did("deploy")
            return {"update": 1}
        finally:
            self.running.release()


@dataclass(frozen=True, kw_only=True)
class Ahead(Station):
    """Delivery on a machine whose clock is a quarter of an hour ahead: every lease looks over."""

    def promotion_lock(self, model: str) -> Lock:
        return self._with_its_clock(f"promotion#{model}")

    def line_lock(self) -> Lock:
        return self._with_its_clock("lines")

    def _with_its_clock(self, name: str) -> Lock:
        return Lock(self.operations, name, clock=lambda: time.time() + AHEAD_SECONDS)


def test_one_version_is_live_and_released_once(
    staging: Place, monkeypatch: pytest.MonkeyPatch, recovery: Recovery
) -> None:
    # Whoever is right waits until the lease of the other has passed; here that is soon.
    monkeypatch.setattr(lock, "HELD_SECONDS", 0.2)
    living.make_live(staging)
    works = SlowEngine(root=staging.root)
    arn = world.register(staging, "second")
    here = station(staging, works)
    right = station(seen_by(staging, "right"), works)
    wrong = Ahead(
        place=seen_by(staging, "wrong"),
        machinery=works.machinery(),
        report=lambda message: None,
    )

    world.registered(staging, arn)
    with serving(right):
        wait_for(works.running.locked)
        with (
            recovery.within(60, "a worker whose clock is 15 min ahead, amid a release"),
            serving(wrong),
        ):
            wait_for(lambda: is_live(here, arn))
    assert living.live_version(staging) == works.served["staging"] == "2"
    assert [entry["kind"] for entry in works.ledger] == ["released"]
