"""One worker of delivery on a thread of its own, and what a test waits for meanwhile."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from modelyard.delivery import worker
from modelyard.delivery.journey import State
from modelyard.delivery.station import Station


@contextmanager
def serving(seat: Station) -> Iterator[None]:
    """Let it serve for the length of a block."""
    # After an error it reads the stacks' outputs anew, which here no engine has.
    seat.place.__dict__["forget"] = lambda *stacks: None
    stop = threading.Event()
    thread = threading.Thread(target=worker._serve, args=(seat, stop))
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def wait_for(come_true: Callable[[], bool], seconds: float = 60) -> None:
    """Wait until it is true."""
    give_up = time.monotonic() + seconds
    while not come_true():
        assert time.monotonic() < give_up, "it did not come true in time"
        time.sleep(0.005)


def is_live(seat: Station, arn: str) -> bool:
    """Whether the journey of a version has come to its good end."""
    found = seat.journeys.of_package(arn)
    return found is not None and found.state is State.LIVE
