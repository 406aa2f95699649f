"""A promotion that delivery takes all the way, also when it dies in between."""

from modelyard.delivery import worker
from modelyard.delivery.journey import Journey, Journeys, State
from modelyard.place import Place
from tests.modelyard import living, world
from tests.modelyard.world import Crash, Works, station


def promote(place: Place, works: Works, *, crash: bool) -> Journey:
    """Send a promotion and its registration through the queue, restarting after a crash."""
    seat = station(place, works)
    Journeys(seat.operations).begin(living.requested(place))
    arn = ""
    crashes = 0
    for _ in range(12):
        try:
            seat = station(place, works)
            worker.sweep(seat)
            journey = Journeys(seat.operations).find("j1")
            assert journey is not None
            if journey.state is State.TRAINING and not arn:
                arn = world.register(place, journey.run)
                world.registered(place, arn)
            worker.poll(seat, wait_seconds=0)
        except Crash:
            crashes += 1
    assert crashes == (1 if crash else 0)
    found = Journeys(station(place, works).operations).find("j1")
    assert found is not None
    return found
