"""A version that is deleted before delivery hears of it keeps no other promotion waiting."""

import pytest

from modelyard.delivery import handling, worker
from modelyard.delivery.journey import Journey, State
from modelyard.delivery.station import Station
from modelyard.place import Place
from tests.modelyard import living, world
from tests.modelyard.world import Works, station

pytestmark = pytest.mark.slow


@pytest.fixture
def seat(staging: Place) -> Station:
    """Delivery with a promotion whose training is through."""
    works = Works(root=staging.root)
    found = station(staging, works)
    found.journeys.begin(living.requested(staging))
    worker.sweep(found)
    works.training = "Succeeded"
    return found


def journey(seat: Station) -> Journey:
    found = seat.journeys.find("j1")
    assert found is not None
    return found


def look_twice(seat: Station) -> None:
    worker.sweep(seat)
    assert journey(seat).state is State.TRAINING
    worker.sweep(seat)


def test_it_ends_as_failed_and_lets_the_next_one_in(
    seat: Station, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(handling, "LISTED_SECONDS", -1.0)
    look_twice(seat)
    assert journey(seat).state is State.FAILED
    assert "no longer in the registry" in journey(seat).reason
    assert seat.promotion_lock(world.MODEL).holder() is None


def test_a_list_that_lags_ends_nothing(seat: Station, staging: Place) -> None:
    look_twice(seat)
    assert journey(seat).state is State.TRAINING
    world.register(staging, journey(seat).run)
    worker.sweep(seat)
    assert journey(seat).state is State.LIVE
