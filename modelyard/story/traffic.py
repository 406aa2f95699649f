"""The client that asks production all the time, so that a release that drops a request shows."""

import contextlib
import json
import random
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import httpx


class Traffic:
    """Sends one request after another in the background and counts what comes back."""

    def __init__(
        self,
        find: Callable[[], tuple[str, Sequence[bytes]]],
        *,
        per_second: float = 20.0,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._find = find
        self._pause = 1.0 / per_second
        self._clock = clock
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._seconds: dict[int, dict[str, Any]] = {}
        self._failures: list[dict[str, Any]] = []
        self._sent = 0
        self.last_id = ""
        """The id of the last answer: what `trace` can be shown with."""

    @property
    def running(self) -> bool:
        """Whether it sends now."""
        return self._thread is not None

    @property
    def failures(self) -> int:
        """How many requests had no good answer."""
        return len(self._failures)

    def start(self) -> None:
        """Begin to send; does nothing when it sends already."""
        if self._thread is None:
            url, bodies = self._find()
            self._stop.clear()
            self._thread = threading.Thread(
                target=self._run, args=(url, bodies), name="traffic", daemon=True
            )
            self._thread.start()

    def stop(self) -> None:
        """Stop sending; the count stays."""
        if self._thread is not None:
            self._stop.set()
            self._thread.join()
            self._thread = None

    @contextlib.contextmanager
    def flowing(self) -> Iterator[None]:
        """Send for as long as a block takes."""
        self.start()
        try:
            yield
        finally:
            self.stop()

    def facts(self) -> dict[str, Any]:
        """Return what it saw: totals, failures, and per second which version answered."""
        return {
            "requests": self._sent,
            "failed": len(self._failures),
            "failures": self._failures[:20],
            "seconds": [
                {"second": second, **self._seconds[second]} for second in sorted(self._seconds)
            ],
        }

    def _run(self, url: str, bodies: Sequence[bytes]) -> None:
        with httpx.Client(timeout=10.0, trust_env=False) as client:
            # Drawn, not in turn: slices cut from a cycle would all be alike, and life is not.
            draw = random.Random(0)
            while not self._stop.is_set():
                self._ask(client, url, draw.choice(bodies))
                self._stop.wait(self._pause)

    def _ask(self, client: httpx.Client, url: str, body: bytes) -> None:
        begun = self._clock()
        problem, version = "", ""
        try:
            answer = client.post(url, content=body, headers={"Content-Type": "application/json"})
            if answer.status_code == httpx.codes.OK:
                content = json.loads(answer.content)
                version = str(content.get("model_version", ""))
                self.last_id = str(content.get("parameters", {}).get("prediction_id", ""))
            else:
                problem = f"HTTP {answer.status_code}: {answer.text[:200]}"
        except Exception as error:
            # An answer of another shape too: the client must not end, and so count nothing more.
            problem = f"{type(error).__name__}: {error}"
        self._note(begun, problem, version)

    def _note(self, begun: float, problem: str, version: str) -> None:
        self._sent += 1
        counted = self._seconds.setdefault(
            int(begun), {"answers": {}, "failed": 0, "slowest_ms": 0.0}
        )
        taken = round((self._clock() - begun) * 1000, 1)
        counted["slowest_ms"] = max(counted["slowest_ms"], taken)
        if problem:
            counted["failed"] += 1
            self._failures.append({"at": begun, "what": problem})
        else:
            counted["answers"][version] = counted["answers"].get(version, 0) + 1
