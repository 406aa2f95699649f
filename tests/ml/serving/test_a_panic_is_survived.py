"""Whatever ends a batch, also what is no Exception, the thread behind it answers the next one."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import polars as pl
import pytest

from ml.deployment.server.batcher import Batcher
from ml.deployment.server.refusal import Code, RequestError
from ml.deployment.server.settings import Limits


@pytest.mark.parametrize("error", [RuntimeError, pl.exceptions.PanicException, SystemExit])
def test_a_batch_that_ends_in_an_error_is_refused_and_the_next_is_answered(
    error: type[BaseException],
) -> None:
    def answer(batch: Sequence[Any]) -> Sequence[Any]:
        if "bad" in batch:
            raise error("out-of-range date")
        return batch

    async def ask() -> None:
        batcher = Batcher(answer, Limits())
        with pytest.raises(RequestError) as refused:
            await asyncio.wait_for(batcher.submit("bad", 1), 30)
        assert refused.value.code is Code.INTERNAL
        assert await asyncio.wait_for(batcher.submit("good", 1), 30) == "good"
        await batcher.close(30)

    asyncio.run(ask())
