"""However many ask, who is let in is answered in time, and the others are told when to come."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import httpx
import numpy as np
import pytest

from tests.ml.serving.faulty_client import ask, faulty_client
from tests.ml.serving.lake import wait_until
from tests.recovery import Recovery

pytestmark = pytest.mark.process

MODEL_MILLISECONDS = 200
"""Of each request: five are answered in a second, and 20 that wait would be a batch of 4 s."""
AT_ONCE, ROUNDS = 120, 2
"""Six times as many as may wait ask at the same moment, and again as soon as they are refused."""
DEADLINE_SECONDS = 2.0
WAITED_SECONDS = 2 * DEADLINE_SECONDS
"""What a caller may see of it among so many, on a machine with other work to do. Without a
deadline it would be 8 s, without an end of the queue 48."""


@dataclass(frozen=True, kw_only=True)
class Told:
    """One answer, and how long its caller waited for it."""

    answer: httpx.Response
    seconds: float


@pytest.fixture(scope="module")
def faulty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    with faulty_client(tmp_path_factory.mktemp("overloaded"), DEADLINE_SECONDS) as client:
        yield client


@pytest.fixture(scope="module")
def told(faulty: httpx.Client) -> list[Told]:
    """What all callers were told."""

    def timed(_: int) -> Told:
        begun = time.monotonic()
        answer = ask(faulty, MODEL_MILLISECONDS)
        return Told(answer=answer, seconds=time.monotonic() - begun)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(timed, range(AT_ONCE * ROUNDS)))


@pytest.fixture(scope="module")
def admitted(told: list[Told]) -> list[Told]:
    """Those who were let in."""
    return [each for each in told if each.answer.status_code != 503]


def test_most_are_refused_with_a_time_to_try_again(told: list[Told], admitted: list[Told]) -> None:
    refused = [each.answer for each in told if each.answer.status_code == 503]
    assert len(refused) > len(admitted)
    assert {answer.json()["code"] for answer in refused} == {"overloaded"}
    assert {answer.headers["retry-after"] for answer in refused} == {"1"}


def test_who_is_let_in_is_answered_or_told_that_it_was_too_late(admitted: list[Told]) -> None:
    assert {each.answer.status_code for each in admitted} <= {200, 504}
    assert any(each.answer.status_code == 200 for each in admitted)


def test_of_a_hundred_let_in_ninety_nine_wait_little_longer_than_the_deadline(
    admitted: list[Told],
) -> None:
    waited = float(np.quantile([each.seconds for each in admitted], 0.99))
    assert waited < WAITED_SECONDS


def test_it_answers_again_as_soon_as_they_have_ended(
    told: list[Told], faulty: httpx.Client, recovery: Recovery
) -> None:
    with recovery.within(10, "120 requests at once where 20 may wait, once they have ended"):
        wait_until(lambda: ask(faulty, 0).status_code == 200)
