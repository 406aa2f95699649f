"""However many act at once, one thing happens after the other and one version is live."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest

from modelyard.delivery import evidence, worker
from modelyard.delivery.journey import Journey
from modelyard.errors import RefusedError
from modelyard.live import promotion
from modelyard.live.releases import ReleaseLines
from modelyard.live.rollback import roll_back
from modelyard.place import Place
from modelyard.target import Target, Yard
from tests.modelyard import living, world
from tests.modelyard.lone_worker import is_live, wait_for
from tests.modelyard.world import Works, station
from tests.recovery import Recovery

pytestmark = pytest.mark.slow


@dataclass(kw_only=True)
class OneEngine(Works):
    """An engine that is slow enough to be met by another one, and tells when it is."""

    running: threading.Lock = field(default_factory=threading.Lock)
    begun: threading.Event = field(default_factory=threading.Event)
    met: int = 0

    def _deploy(self, place: Place) -> dict[str, int]:
        if not self.running.acquire(blocking=False):
            self.met += 1
            raise RefusedError("the stack is locked by another update")
        self.begun.set()
        try:
            time.sleep(0.4)
            return super()._deploy(place)
        finally:
            self.running.release()


def at_once(*actions: Callable[[], Any]) -> list[Any]:
    """What each gave, or the error it raised."""
    barrier, results = threading.Barrier(len(actions)), [None] * len(actions)

    def act(number: int) -> None:
        barrier.wait()
        try:
            results[number] = actions[number]()
        except Exception as error:
            results[number] = error  # type: ignore[call-overload]

    threads = [threading.Thread(target=act, args=(n,)) for n in range(len(actions))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def seen_by(place: Place, name: str) -> Place:
    """The same environment in a session of its own, as another process has it."""
    return world.adopt_outputs(world.enter(place.root, place.name, name))


@contextmanager
def serving(place: Place, works: Works, count: int) -> Iterator[None]:
    """Several workers of one environment, as a roll-out of the worker itself makes them."""
    stop = threading.Event()
    seats = [station(seen_by(place, f"delivery-{n}"), works) for n in range(count)]
    threads = [threading.Thread(target=worker._serve, args=(seat, stop)) for seat in seats]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def test_of_sixteen_promotions_one_is_taken_and_fifteen_are_told_by_whom(
    staging: Place, monkeypatch: pytest.MonkeyPatch, recovery: Recovery
) -> None:
    dev = world.enter(staging.root, "dev")
    world.stand_up(dev)
    evidence.store(world.adopt_outputs(dev), world.MODEL, world.IMAGE, {"outcome": "passed"})
    people = [f"person{n}" for n in range(16)]
    sessions = {
        (name, person): world.adopt_outputs(world.enter(staging.root, name, person))
        for name in ("dev", "staging")
        for person in people
    }
    asking = threading.local()
    monkeypatch.setattr(Yard, "place", lambda self, name: sessions[name, asking.person])
    yard = Yard(root=staging.root, target=Target.SANDBOX)

    def ask(person: str) -> Journey:
        asking.person = person
        return promotion.request_promotion(yard, world.MODEL, "staging", world.RELEASE, {})

    with recovery.within(30, "sixteen promotions at once"):
        results = at_once(*(lambda person=person: ask(person) for person in people))
    (taken,) = [each for each in results if isinstance(each, Journey)]
    refused = [each for each in results if isinstance(each, RefusedError)]
    assert len(refused) == 15
    assert all(f"promotion {taken.id}" in each.message for each in refused)
    (journey,) = station(staging, Works(root=staging.root)).journeys.open()
    assert journey.id == taken.id


def test_of_four_workers_on_one_version_one_releases_it(staging: Place) -> None:
    works = OneEngine(root=staging.root)
    arn = world.register(staging, "first")
    world.registered(staging, arn)
    with serving(staging, works, 4):
        assert works.begun.wait(60)
        # The same event again, for workers who find the first of them in the middle of it.
        for _ in range(3):
            world.registered(staging, arn)
        here = station(staging, works)
        wait_for(lambda: is_live(here, arn))
    assert works.met == 0
    assert works.calls.count("deploy") == 1
    assert [entry["kind"] for entry in works.ledger] == ["released"]
    assert living.live_version(staging) == works.served["staging"] == "1"


@pytest.mark.parametrize("head_start", [0.0, 0.2], ids=["at once", "rollback a little later"])
def test_a_promotion_and_a_rollback_come_one_after_the_other(
    prod: Place, recovery: Recovery, head_start: float
) -> None:
    first = living.make_live(prod)
    lines = ReleaseLines.of(prod)
    second = world.register(prod, "second")
    works = OneEngine(root=prod.root, rule="gate")
    world.registered(prod, second)
    living.work_off(station(prod, works))
    assert living.live_version(prod) == "2"
    world.registered(prod, world.register(prod, "third"))
    releasing, going_back = seen_by(prod, "delivery"), seen_by(prod, "grace")

    def back() -> str:
        time.sleep(head_start)
        return roll_back(
            going_back,
            world.MODEL,
            "too many alarms",
            lambda message: None,
            deploy=lambda place, report: works._deploy(place),
            served=lambda place, model: works.served["prod"],
            check=lambda place, model, line: None,
        ).to_version

    with recovery.within(30, "a promotion and a rollback at once"):
        _, to_version = at_once(lambda: living.work_off(station(releasing, works)), back)
    assert works.met == 0
    # The rollback undid what was live at its moment; a release after it stands.
    expected = {"1": "3", "2": "2"}
    assert living.live_version(prod) == works.served["prod"] == expected[to_version]
    assert first.line in [*lines.history(world.MODEL), lines.live(world.MODEL)]
