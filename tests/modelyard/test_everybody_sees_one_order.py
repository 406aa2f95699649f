"""Releases, rollbacks and looks at once are as if they had come one after the other."""

import random
import threading
import time
from collections.abc import Callable

import pytest

from modelyard.delivery import events
from modelyard.delivery.attempting import attempt
from modelyard.delivery.events import Event
from modelyard.delivery.journey import State
from modelyard.errors import RefusedError
from modelyard.live.releases import ReleaseLines
from modelyard.live.rollback import roll_back
from modelyard.place import Place
from tests.modelyard import living, world
from tests.modelyard.linearizable import Seen, in_some_order
from tests.modelyard.test_many_at_once import at_once, seen_by
from tests.modelyard.world import Works, station

pytestmark = pytest.mark.slow

RELEASES, ROLLBACKS = 4, 4


def seen(what: str, version: str, begun: float, ended: float, *, refused: bool = False) -> Seen:
    return Seen(what=what, version=version, begun=begun, ended=ended, refused=refused)  # type: ignore[arg-type]


GOOD = [
    [seen("release", "2", 0, 5), seen("read", "1", 1, 2), seen("read", "2", 3, 4)],
    [seen("release", "3", 0, 5), seen("release", "2", 1, 6, refused=True)],
    [seen("release", "2", 0, 5), seen("back", "1", 1, 6), seen("read", "1", 7, 8)],
]
BAD = {
    "a version that is gone is still read": [
        seen("release", "2", 0, 1),
        seen("read", "1", 2, 3),
    ],
    "what was seen once is unseen again": [
        seen("release", "2", 0, 9),
        seen("read", "2", 1, 2),
        seen("read", "1", 3, 4),
    ],
    "an older one takes the place of a newer": [
        seen("release", "3", 0, 1),
        seen("release", "2", 2, 3),
    ],
    "two rollbacks take the same step": [
        seen("release", "2", 0, 1),
        seen("back", "1", 2, 4),
        seen("back", "1", 3, 5),
    ],
}


@pytest.mark.parametrize("history", GOOD)
def test_what_can_be_put_in_order_is_accepted(history: list[Seen]) -> None:
    assert in_some_order(history, ("1",))


@pytest.mark.parametrize("history", BAD.values(), ids=BAD)
def test_what_cannot_is_not(history: list[Seen]) -> None:
    assert not in_some_order(history, ("1",))


class Watched:
    """Production, in which whatever is done is written down with its moments."""

    def __init__(self, prod: Place) -> None:
        self.place = prod
        self.works = Works(root=prod.root, rule="gate")
        self.history: list[Seen] = []

    def note(self, what: str, do: Callable[[], tuple[str, bool]]) -> None:
        begun = time.monotonic()
        version, refused = do()
        self.history.append(seen(what, version, begun, time.monotonic(), refused=refused))

    def release(self, arn: str, pause: float) -> None:
        """What delivery does with the registration of a version."""
        seat = station(seen_by(self.place, "delivery"), self.works)
        event = Event(id=arn, kind=events.REGISTERED, detail={"ModelPackageArn": arn})

        def released() -> tuple[str, bool]:
            assert attempt(event, seat, 1)
            journey = seat.journeys.of_package(arn)
            assert journey is not None
            assert journey.state in {State.LIVE, State.REFUSED}
            return journey.version, journey.state is State.REFUSED

        time.sleep(pause)
        self.note("release", released)

    def back(self, who: str, pause: float) -> None:
        """Type `modelyard rollback`."""
        place = seen_by(self.place, who)

        def gone_back() -> tuple[str, bool]:
            try:
                done = roll_back(
                    place,
                    world.MODEL,
                    "too many alarms",
                    lambda message: None,
                    deploy=lambda place, report: self.works._deploy(place),
                    served=lambda place, model: self.works.served["prod"],
                    check=lambda place, model, line: None,
                )
            except RefusedError as refused:
                if "no previous version" not in refused.message:
                    raise
                return "", True
            return done.to_version, False

        time.sleep(pause)
        self.note("back", gone_back)

    def look(self, over: threading.Event) -> None:
        """Read the line, again and again."""
        while not over.wait(0.03):
            self.note("read", lambda: (living.live_version(self.place), False))


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_releases_rollbacks_and_looks_at_once(prod: Place, seed: int) -> None:
    living.make_live(prod)
    watched, drawn, over = Watched(prod), random.Random(seed), threading.Event()
    arns = [world.register(prod, f"run{number}") for number in range(RELEASES)]
    actions: list[Callable[[], None]] = [
        *(lambda arn=arn: watched.release(arn, drawn.random()) for arn in arns),
        *(lambda n=n: watched.back(f"person{n}", drawn.random()) for n in range(ROLLBACKS)),
    ]
    looking = threading.Thread(target=watched.look, args=(over,))
    looking.start()
    try:
        results = at_once(*actions)
    finally:
        over.set()
        looking.join()
    assert results == [None] * len(actions)
    kinds = [each.what for each in watched.history]
    assert (kinds.count("release"), kinds.count("back")) == (RELEASES, ROLLBACKS)
    assert in_some_order(watched.history, ("1",)), watched.history
    assert living.live_version(prod) == watched.works.served.get("prod", "1")
    released = sum(each.what == "release" and not each.refused for each in watched.history)
    assert [entry["kind"] for entry in watched.works.ledger].count("released") == released
    assert ReleaseLines.of(prod).live(world.MODEL) is not None
