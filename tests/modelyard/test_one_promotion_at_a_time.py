"""Of two promotions of one model at once, one wins and the other is told who holds the lock."""

import os
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from modelyard.delivery import events, evidence, worker
from modelyard.delivery.journey import Journeys, State
from modelyard.delivery.lock import HELD_SECONDS, Lock
from modelyard.delivery.operations import Operations
from modelyard.errors import RefusedError
from modelyard.live import promotion
from modelyard.place import Place
from modelyard.target import Target, Yard
from tests.modelyard import world
from tests.modelyard.table_clocks import OperationsAt
from tests.modelyard.world import Works
from tests.sandbox.observed import eventually

pytestmark = pytest.mark.slow

ROUNDS = 100 if os.environ.get("CI") else 25
"""Of sixteen who want one lock; a hundred take twelve seconds of a processor more."""


def lock(place: Place, now: float = 0.0, name: str = "promotion#m") -> Lock:
    return Lock(OperationsAt(place, now), name)


def test_the_second_is_told_who_holds_it(staging: Place) -> None:
    assert lock(staging).take("a", person="ada", purpose="promotion a") is None
    with pytest.raises(RefusedError, match="ada is at it: promotion a") as refused:
        lock(staging).require("b", person="grace", purpose="promotion b")
    assert "modelyard status" in refused.value.remedy


def test_the_same_work_takes_it_again_after_a_crash(staging: Place) -> None:
    assert lock(staging).take("a", person="ada", purpose="p") is None
    assert lock(staging).take("a", person="ada", purpose="p") is None


def test_a_holder_that_died_loses_it_in_the_end(staging: Place) -> None:
    assert lock(staging, 0.0).take("a", person="ada", purpose="p", lease=60) is None
    assert lock(staging, 59.0).take("b", person="grace", purpose="p") is not None
    assert lock(staging, 61.0).take("b", person="grace", purpose="p") is None


def test_giving_back_what_has_gone_on_to_another_does_nothing(staging: Place) -> None:
    lock(staging, 0.0).take("a", person="ada", purpose="p", lease=60)
    lock(staging, 61.0).take("b", person="grace", purpose="p")
    lock(staging, 61.0).release("a")
    holder = lock(staging, 61.0).holder()
    assert holder is not None
    assert holder.person == "grace"


@pytest.mark.parametrize("lapsed", [False, True], ids=["free", "left by somebody who died"])
def test_of_sixteen_at_once_one_wins_in_each_round(staging: Place, lapsed: bool) -> None:
    def take(turn: int, number: int) -> bool:
        seat = lock(staging, 100.0, f"turn-{turn}")
        return seat.take(f"t{number}", person="p", purpose="p") is None

    with ThreadPoolExecutor(16) as pool:
        for turn in range(ROUNDS):
            seat = lock(staging, 0.0, f"turn-{turn}")
            if lapsed:
                seat.take("dead", person="p", purpose="p", lease=60)
            won = list(pool.map(take, [turn] * 16, range(16)))
            assert won.count(True) == 1
            holder = seat.holder()
            assert holder is not None
            assert holder.token == f"t{won.index(True)}"


@pytest.fixture
def yard(aws: object, staging: Place, monkeypatch: pytest.MonkeyPatch) -> Yard:
    """A release that has passed in dev, and staging that waits for it."""
    dev = world.enter(staging.root, "dev")
    world.stand_up(dev)
    world.adopt_outputs(dev)
    evidence.store(dev, world.MODEL, world.IMAGE, {"outcome": "passed"})
    places = {"dev": dev, "staging": staging}
    monkeypatch.setattr(Yard, "place", lambda self, name: places[name])
    return Yard(root=staging.root, target=Target.SANDBOX)


def test_two_promote_commands(yard: Yard) -> None:
    first = promotion.request_promotion(yard, world.MODEL, "staging", world.RELEASE, {})
    with pytest.raises(RefusedError, match=first.id):
        promotion.request_promotion(yard, world.MODEL, "staging", world.RELEASE, {})


@pytest.mark.parametrize("at", ["Journeys.begin", "events.send"])
@pytest.mark.parametrize("sent", [False, True])
def test_an_interrupted_request_leaves_neither_lock_nor_journey(
    yard: Yard, staging: Place, monkeypatch: pytest.MonkeyPatch, at: str, sent: bool
) -> None:
    with monkeypatch.context() as patched:
        real: Any = Journeys.begin if at == "Journeys.begin" else events.send

        def cut_off(*arguments: Any) -> None:
            if sent:
                real(*arguments)
            raise KeyboardInterrupt

        patched.setattr(f"modelyard.live.promotion.{at}", cut_off)
        with pytest.raises(KeyboardInterrupt):
            promotion.request_promotion(yard, world.MODEL, "staging", world.RELEASE, {})
    works = Works(root=staging.root)
    seat = world.station(staging, works)
    worker.sweep(seat)
    worker.poll(seat, wait_seconds=0)
    assert works.calls == []
    assert seat.journeys.open() == []
    assert seat.promotion_lock(world.MODEL).holder() is None
    promotion.request_promotion(yard, world.MODEL, "staging", world.RELEASE, {})


def test_what_delivery_has_taken_up_is_not_withdrawn(
    yard: Yard, staging: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    seat = world.station(staging, Works(root=staging.root))

    def cut_off(*_: object) -> None:
        worker.sweep(seat)
        raise KeyboardInterrupt

    monkeypatch.setattr(events, "send", cut_off)
    with pytest.raises(KeyboardInterrupt):
        promotion.request_promotion(yard, world.MODEL, "staging", world.RELEASE, {})
    [journey] = seat.journeys.open()
    assert journey.state is State.TRAINING
    holder = seat.promotion_lock(world.MODEL).holder()
    assert holder is not None
    assert holder.token == journey.id


def test_a_block_keeps_its_lock(staging: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("modelyard.delivery.lock.HELD_SECONDS", 0.4)
    clock = OperationsAt(staging, 0.0)
    held = Lock(clock, "lines")
    with held.waiting("a", person="ada", purpose="rollback"):
        for now in (0.3, 0.6, 0.9, 1.2):
            clock.now = now
            assert eventually(lambda: _until(clock) == clock.now + 0.4)
            assert held.take("b", person="grace", purpose="release") is not None
    assert held.holder() is None


def _until(table: Operations) -> float:
    held = table.read("lock#lines")
    assert held is not None
    return float(held.body["until"])


def test_a_block_that_was_killed_loses_it(staging: Place) -> None:
    clock, said = OperationsAt(staging, 0.0), list[str]()
    held = Lock(clock, "lines")
    held.take("a", person="ada", purpose="rollback", lease=HELD_SECONDS)

    def told(message: str) -> None:
        said.append(message)
        clock.now = HELD_SECONDS + 1

    with held.waiting("b", person="grace", purpose="release", report=told):
        assert said == ["waiting: ada is at it: rollback"]
        assert held.take("a", person="ada", purpose="rollback") is not None


def test_without_evidence_the_way_there_is_named(
    aws: object, staging: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    dev = world.enter(staging.root, "dev")
    world.stand_up(dev)
    world.adopt_outputs(dev)
    places = {"dev": dev, "staging": staging}
    yard = Yard(root=staging.root, target=Target.SANDBOX)
    monkeypatch.setattr(Yard, "place", lambda self, name: places[name])
    with pytest.raises(RefusedError, match="no evidence from dev") as refused:
        promotion.request_promotion(yard, world.MODEL, "staging", world.RELEASE, {})
    assert "modelyard train flight_delay --env dev" in refused.value.remedy
