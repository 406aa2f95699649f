"""Of two promotions of one model at once, one wins and the other is told who holds the lock."""

import threading

import pytest

from modelyard.delivery import evidence
from modelyard.delivery.lock import Lock
from modelyard.delivery.operations import Operations
from modelyard.errors import RefusedError
from modelyard.live import promotion
from modelyard.place import Place
from modelyard.target import Target, Yard
from tests.modelyard import world


def lock(place: Place, now: float = 0.0) -> Lock:
    operations = Operations(place.client("dynamodb"), place.platform.operations_table)
    return Lock(operations, "promotion#m", clock=lambda: now)


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


def test_of_many_at_once_exactly_one_wins(staging: Place) -> None:
    won: list[str] = []
    seats = [lock(staging) for _ in range(8)]

    def take(number: int) -> None:
        if seats[number].take(f"t{number}", person="p", purpose="p") is None:
            won.append(f"t{number}")

    threads = [threading.Thread(target=take, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(won) == 1


def test_two_promote_commands(
    aws: object, staging: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    dev = world.enter(staging.root, "dev")
    world.stand_up(dev)
    world.adopt_outputs(dev)
    evidence.store(dev, world.MODEL, world.IMAGE, {"outcome": "passed"})
    places = {"dev": dev, "staging": staging}
    yard = Yard(root=staging.root, target=Target.SANDBOX)
    monkeypatch.setattr(Yard, "place", lambda self, name: places[name])
    first = promotion.request_promotion(yard, world.MODEL, "staging", world.RELEASE, {})
    with pytest.raises(RefusedError, match=first.id):
        promotion.request_promotion(yard, world.MODEL, "staging", world.RELEASE, {})


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
