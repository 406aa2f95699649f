"""Promise: what comes alone is merged at once, what keeps coming in few commits, none late."""

import itertools

from hypothesis import given
from hypothesis import strategies as some

from ml.monitoring.gathering import LOOK_SECONDS, QUIET_LOOKS, Gathering, Looks

SECONDS = 5.0


class Clock:
    """Goes on when told."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_the_first_is_merged_at_once() -> None:
    assert Gathering(SECONDS, Clock()).is_over({"a"})


def test_what_no_more_comes_after_is_merged_at_the_next_look() -> None:
    gathering = Gathering(SECONDS, Clock())
    gathering.merged()
    assert not gathering.is_over({"b"})
    assert not gathering.is_over({"b", "c"})
    assert gathering.is_over({"b", "c"})


def test_without_a_time_to_gather_every_look_merges() -> None:
    gathering = Gathering(0.0, Clock())
    gathering.merged()
    assert gathering.is_over({"b"})


def test_the_rest_of_a_burst_waits_for_a_look_only() -> None:
    clock = Clock()
    gathering = Gathering(SECONDS, clock)
    for _ in range(20):
        gathering.quiet()
        assert gathering.is_over({"first"})
        gathering.merged()
        clock.now += LOOK_SECONDS
        assert gathering.is_over({"rest", "and more"})
        gathering.merged()
        clock.now += 3 * LOOK_SECONDS


@given(some.lists(some.floats(0.1, 2.0), min_size=1, max_size=60))
def test_traffic_without_an_end_is_merged_in_time_and_not_more_often(gaps: list[float]) -> None:
    clock = Clock()
    gathering, came, merges = Gathering(SECONDS, clock), set[str](), [clock.now]
    gathering.merged()
    for number, gap in enumerate(gaps):
        clock.now += gap
        came.add(str(number))
        if gathering.is_over(came):
            came.clear()
            gathering.merged()
            merges.append(clock.now)
        # The look after the time is over merges.
        assert clock.now - merges[-1] < SECONDS
    pauses = [later - earlier for earlier, later in itertools.pairwise(merges)]
    least = [min(2.0**number, SECONDS) for number in range(len(pauses))]
    assert all(pause >= each for pause, each in zip(pauses, least, strict=True))


def test_nothing_to_collect_is_looked_for_less_and_less_often() -> None:
    looks = Looks(SECONDS)
    assert looks.after(found=False) == SECONDS
    assert looks.after(found=True) == LOOK_SECONDS
    lately = [looks.after(found=False) for _ in range(QUIET_LOOKS)]
    assert lately == [LOOK_SECONDS] * QUIET_LOOKS
    assert [looks.after(found=False) for _ in range(4)] == [2.0, 4.0, SECONDS, SECONDS]
    assert looks.after(found=True) == LOOK_SECONDS
