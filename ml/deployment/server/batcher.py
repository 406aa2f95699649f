"""Answers concurrent requests together: one call of the model, one write of capture."""

from __future__ import annotations

import asyncio
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from queue import SimpleQueue
from typing import Any

import structlog

from ml.deployment.server.refusal import Code, RequestError
from ml.deployment.server.settings import Limits

log = structlog.get_logger()

Outcome = Any
"""An answer, or the RequestError that stands for it."""


class Work:
    """One request on its way to the model."""

    __slots__ = ("due", "future", "payload", "rows")

    def __init__(
        self, payload: Any, rows: int, due: float, future: asyncio.Future[Outcome]
    ) -> None:
        self.payload = payload
        self.rows = rows
        self.due = due
        self.future = future


class Batcher:
    """Hands requests to one thread; whatever arrives while it works becomes the next batch.

    There is no waiting for a batch to fill: a single request is answered at once.
    A request whose deadline passes gets 504, also while the model is stuck; the event loop never
    waits for the model, so health checks keep answering.
    """

    def __init__(
        self,
        answer: Callable[[Sequence[Any]], Sequence[Outcome]],
        limits: Limits,
        name: str = "model",
    ) -> None:
        self._answer = answer
        self._limits = limits
        self._loop = asyncio.get_running_loop()
        self._waiting: deque[Work] = deque()
        self._waiting_rows = 0
        self._running: list[Work] = []
        self._started = 0.0
        self._scheduled = False
        self._batches: SimpleQueue[list[Work] | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._work, name=name, daemon=True)
        self._thread.start()

    def submit(self, payload: Any, rows: int, due: float | None = None) -> asyncio.Future[Outcome]:
        """Queue a request; its future resolves to an answer or fails with a RequestError.

        `due` is a deadline on the loop's clock, where the request has one already.
        """
        limits = self._limits
        if (
            self._waiting_rows + rows > limits.queued_rows
            or len(self._waiting) >= limits.queued_requests
        ):
            raise RequestError(
                Code.OVERLOADED,
                f"{len(self._waiting)} requests with {self._waiting_rows} rows are waiting; "
                "try again later",
            )
        future: asyncio.Future[Outcome] = self._loop.create_future()
        due = self._loop.time() + limits.deadline_seconds if due is None else due
        self._waiting.append(Work(payload, rows, due, future))
        self._waiting_rows += rows
        if not self._running and not self._scheduled:
            # One turn of the loop later, so that requests read in this turn come along.
            self._scheduled = True
            self._loop.call_soon(self._dispatch)
        return future

    def expire(self) -> None:
        """Fail requests whose deadline has passed; to be called a few times a second."""
        now = self._loop.time()
        for work in (*self._running, *self._waiting):
            if work.due <= now and not work.future.done():
                seconds = self._limits.deadline_seconds
                work.future.set_exception(
                    RequestError(Code.DEADLINE, f"the model did not answer within {seconds:g} s")
                )
        while self._waiting and self._waiting[0].future.done():
            self._waiting_rows -= self._waiting.popleft().rows

    @property
    def stuck(self) -> bool:
        """Whether the model has worked on one batch for longer than a request may wait."""
        return self._busy_seconds > self._limits.deadline_seconds

    @property
    def hung(self) -> bool:
        """Whether it has for so long that only a new process can help."""
        return self._busy_seconds > self._limits.hung_seconds

    @property
    def _busy_seconds(self) -> float:
        return self._loop.time() - self._started if self._running else 0.0

    async def close(self, seconds: float) -> None:
        """Stop the thread once everything that was accepted is answered, or never will be."""
        give_up = time.monotonic() + seconds
        while (self._running or self._waiting) and time.monotonic() < give_up and not self.hung:
            await asyncio.sleep(0.01)
        if self.hung:
            # Nothing ends it but the end of the process, for which it must not be waited.
            return
        self._batches.put(None)
        await asyncio.to_thread(self._thread.join, max(0.0, give_up - time.monotonic()))

    def _dispatch(self) -> None:
        self._scheduled = False
        batch: list[Work] = []
        rows = 0
        while self._waiting and (not batch or rows + self._waiting[0].rows <= self._limits.rows):
            work = self._waiting.popleft()
            self._waiting_rows -= work.rows
            if not work.future.done():
                batch.append(work)
                rows += work.rows
        if batch:
            self._running = batch
            self._started = self._loop.time()
            self._batches.put(batch)

    def _work(self) -> None:
        while (batch := self._batches.get()) is not None:
            try:
                outcomes = self._answer([work.payload for work in batch])
            except BaseException:
                # A mistake of ours, or a library's panic, which is no Exception; the thread must
                # live on, or every later request would hang.
                log.exception("batch_failed")
                refusal = RequestError(Code.INTERNAL, "the server failed on this batch")
                outcomes = [refusal] * len(batch)
            self._loop.call_soon_threadsafe(self._finish, batch, outcomes)

    def _finish(self, batch: list[Work], outcomes: Sequence[Outcome]) -> None:
        self._running = []
        for work, outcome in zip(batch, outcomes, strict=True):
            if work.future.done():
                continue
            if isinstance(outcome, RequestError):
                work.future.set_exception(outcome)
            else:
                work.future.set_result(outcome)
        self._dispatch()
