"""Whoever stood still until the lock was somebody else's changes nothing any more, and says so."""

import time
from collections.abc import Callable
from dataclasses import replace

import pytest

from modelyard.delivery import lock, worker
from modelyard.delivery.history import log
from modelyard.delivery.journey import State
from modelyard.delivery.lock import LostLockError
from modelyard.delivery.station import Station
from modelyard.live.releases import ReleaseLines
from modelyard.live.rollback import roll_back
from modelyard.place import Place
from tests.modelyard import living, world
from tests.modelyard.persons import journey_of
from tests.modelyard.world import Crash, Works, station

pytestmark = pytest.mark.slow

LEASE = 0.2
STEPS = ("judge", "line", "deploy", "smoke", "load", "evidence", "ledger", "approve")


@pytest.fixture(autouse=True)
def _still(monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that is stopped renews nothing: its threads stand still with it."""
    monkeypatch.setattr(lock, "HELD_SECONDS", LEASE)
    monkeypatch.setattr(lock, "_renew", lambda *_: None)


@pytest.fixture
def second(staging: Place) -> str:
    """A version that waits for delivery, where another one is live."""
    living.make_live(staging)
    arn = world.register(staging, "second")
    world.registered(staging, arn)
    return arn


def stopped(
    seat: Station, step: str, meanwhile: Callable[[], object]
) -> tuple[Station, list[str]]:
    """A worker that is stopped right before a step, until something else has happened."""
    said: list[str] = []

    def report(message: str) -> None:
        said.append(message)
        if message.endswith(f": {step}") and len(said) == len({*said}):
            time.sleep(LEASE + 0.05)
            meanwhile()

    return replace(seat, report=report), said


def release_the_third(place: Place, works: Works) -> None:
    """What another worker does meanwhile."""
    world.registered(place, world.register(place, "third"))
    living.work_off(station(place, works))


@pytest.mark.parametrize("step", STEPS)
def test_a_worker_leaves_the_field_to_the_one_that_came_after_it(
    staging: Place, second: str, step: str
) -> None:
    works = Works(root=staging.root)
    done: list[str] = []

    def meanwhile() -> None:
        release_the_third(staging, works)
        done.extend(works.calls)

    seat, said = stopped(station(staging, works), step, meanwhile)
    assert worker.poll(seat, wait_seconds=0) == 1
    assert "stood still until its lock ran out" in said[-1]
    assert works.calls == done
    assert journey_of(staging, second).state is State.RELEASING
    # Its journey ends all the same, and what was never recorded is no way back.
    worker.sweep(station(staging, works))
    ended = journey_of(staging, second)
    recorded = step == "approve"
    assert ended.state in ({State.LIVE} if recorded else {State.REFUSED, State.FAILED})
    assert recorded or "3 is live" in ended.reason
    assert living.live_version(staging) == works.served["staging"] == "3"
    before = [line["version"] for line in ReleaseLines.of(staging).history(world.MODEL)]
    assert before == (["1", "2"] if recorded else ["1"])


def test_what_a_rollback_took_back_meanwhile_does_not_come_again(
    staging: Place, second: str
) -> None:
    works = Works(root=staging.root)
    seat, _ = stopped(station(staging, works), "evidence", lambda: back(staging, works))
    worker.poll(seat, wait_seconds=0)
    worker.sweep(station(staging, works))
    journey = journey_of(staging, second)
    assert (journey.state, journey.reason) == (State.FAILED, "rolled back by ada: too many alarms")
    assert living.live_version(staging) == works.served["staging"] == "1"
    assert works.ledger == []
    assert [entry["kind"] for entry in log(staging)] == ["rolled_back"]


def cut_off_behind(change: str, work: Callable[[], object], patch: pytest.MonkeyPatch) -> None:
    """Kill a piece of work right behind a change of the lines."""
    really = getattr(ReleaseLines, change)

    def die(*given: object, **named: object) -> None:
        really(*given, **named)
        raise Crash("right behind its change")

    with patch.context() as patched:
        patched.setattr(ReleaseLines, change, die)
        with pytest.raises(Crash):
            work()
    time.sleep(LEASE)


@pytest.mark.parametrize("again", [False, True], ids=["rolled back", "in the middle of it"])
def test_nor_what_it_takes_back_from_a_worker_that_was_killed_behind_its_line(
    staging: Place, second: str, monkeypatch: pytest.MonkeyPatch, again: bool
) -> None:
    works = Works(root=staging.root)
    seat = station(staging, works)
    cut_off_behind("put", lambda: worker.poll(seat, wait_seconds=0), monkeypatch)
    if again:
        cut_off_behind("back", lambda: back(staging, works), monkeypatch)
    else:
        back(staging, works)
    worker.sweep(station(staging, works))
    journey = journey_of(staging, second)
    assert journey.state in {State.REFUSED, State.FAILED}
    assert "ada" in journey.reason
    assert "too many alarms" in journey.reason
    assert living.live_version(staging) == "1"


def test_a_rollback_records_nothing_that_is_no_longer_its_own(staging: Place, second: str) -> None:
    works = Works(root=staging.root)
    living.work_off(station(staging, works))
    assert living.live_version(staging) == "2"

    def served(place: Place, model: str) -> str:
        time.sleep(LEASE + 0.05)
        release_the_third(staging, works)
        return "1"

    with pytest.raises(LostLockError, match="Nothing more was changed") as told:
        back(staging, works, served=served)
    assert "modelyard status" in told.value.remedy
    # The release that came between has told of it, before its own.
    assert log(staging) == []
    told_of, released = works.ledger[-2:]
    assert (told_of["kind"], told_of["version"], told_of["from_version"]) == (
        "rolled_back",
        "1",
        "2",
    )
    assert (released["kind"], released["version"]) == ("released", "3")
    assert living.live_version(staging) == works.served["staging"] == "3"


def back(
    place: Place,
    works: Works,
    served: Callable[[Place, str], str] = lambda place, model: "1",
) -> None:
    """Type `modelyard rollback` in staging."""
    roll_back(
        place,
        world.MODEL,
        "too many alarms",
        lambda message: None,
        deploy=lambda place, report: works._deploy(place),
        served=served,
        check=lambda place, model, line: None,
    )
