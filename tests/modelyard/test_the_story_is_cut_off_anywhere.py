"""Cut off after any change it makes, by Ctrl-C or kill -9, the story comes to the same end."""

import threading
import time
from pathlib import Path

import pytest

from modelyard.delivery import lock
from modelyard.delivery.journey import Journeys
from tests.modelyard import world
from tests.modelyard.telling import Telling, telling

pytestmark = pytest.mark.slow

MOST_RUNS = 150
WAY = ["approved", "released", "retrained", "approved", "released", "rolled_back"]
WAIVED = ["approved", "released", "retrained", "waived", "released", "rolled_back"]


def until_told(told: Telling) -> int:
    """Run it again and again, as someone would; returns how often it was cut off."""
    for cut in range(MOST_RUNS):
        if told.run():
            return cut
    raise AssertionError(f"not told in {MOST_RUNS} runs: {told.said[-5:]}")


def freed(held: lock.Lock) -> bool:
    """Whether nobody holds it once the lease of whoever was killed last is over."""
    give_up = time.monotonic() + 4 * lock.HELD_SECONDS
    while held.holder() is not None and time.monotonic() < give_up:
        threading.Event().wait(0.05)  # the story's own sleep lets delivery go on
    return held.holder() is None


@pytest.mark.parametrize(
    ("kill", "gate", "way"),
    [(False, "passed", WAY), (True, "failed", WAIVED)],
    ids=["ctrl-c", "kill -9"],
)
def test_nothing_is_done_twice_and_nothing_waits_for_ever(
    aws: Path, monkeypatch: pytest.MonkeyPatch, kill: bool, gate: str, way: list[str]
) -> None:
    monkeypatch.setattr(lock, "HELD_SECONDS", 0.5)
    told = telling(aws, monkeypatch, kill=kill, second_gate=gate)
    cut = until_told(told)
    assert cut == len(told.plug.pulled) > 20
    assert told.kinds("prod") == way
    assert told.kinds("staging") == ["released"]
    assert told.kinds("dev") == ["retrained", "released"]
    assert [len(told.trainings(name)) for name in world.ACCOUNTS] == [1, 1, 2]
    assert told.works.served["prod"] == "1"
    for place in told.places.values():
        assert Journeys.of(place).open() == []
    for station in told.deliveries:
        assert station.promotion_lock(world.MODEL).holder() is None
        assert freed(station.line_lock())
