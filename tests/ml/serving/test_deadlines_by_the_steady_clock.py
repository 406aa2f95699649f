"""A request's deadline goes by a clock that nobody sets: moving the machine's changes nothing."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

import pytest

from ml.deployment.server.batcher import Batcher
from ml.deployment.server.refusal import Code, RequestError
from ml.deployment.server.settings import Limits

LIMITS = Limits(deadline_seconds=600, hung_seconds=6_000)
YEAR = 365 * 86_400.0


@asynccontextmanager
async def slow_model() -> AsyncIterator[tuple[Batcher, Callable[[], None]]]:
    """A model that answers when it is told to, and that has a request in its hands."""
    begun, told = threading.Event(), threading.Event()

    def answer(batch: Sequence[Any]) -> Sequence[Any]:
        begun.set()
        told.wait(60)
        return batch

    batcher = Batcher(answer, LIMITS)
    try:
        yield batcher, told.set
    finally:
        told.set()
        await batcher.close(60)


async def taken_up(batcher: Batcher) -> asyncio.Future[Any]:
    asked = batcher.submit("question", 1)
    while not batcher._running:
        await asyncio.sleep(0)
    return asked


@pytest.mark.parametrize("shift", [YEAR, -YEAR], ids=["a year ahead", "a year back"])
def test_a_clock_that_is_set_lets_no_request_fail_and_keeps_none(
    monkeypatch: pytest.MonkeyPatch, shift: float
) -> None:
    real = time.time

    async def ask() -> None:
        async with slow_model() as (batcher, tell):
            asked = await taken_up(batcher)
            monkeypatch.setattr(time, "time", lambda: real() + shift)
            batcher.expire()
            assert not asked.done()
            assert not batcher.stuck
            assert not batcher.hung
            tell()
            assert await asked == "question"

    asyncio.run(ask())


def test_the_deadline_passes_though_the_clock_was_set_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def ask() -> None:
        loop = asyncio.get_running_loop()
        async with slow_model() as (batcher, _tell):
            asked = await taken_up(batcher)
            monkeypatch.setattr(time, "time", lambda: 0.0)
            steady = loop.time
            monkeypatch.setattr(loop, "time", lambda: steady() + LIMITS.deadline_seconds + 1)
            batcher.expire()
            assert batcher.stuck
            with pytest.raises(RequestError) as late:
                await asked
            assert late.value.code is Code.DEADLINE
            monkeypatch.setattr(loop, "time", steady)

    asyncio.run(ask())
