"""Smoke and load: requests made from rows the model was trained for, counted and timed."""

import itertools
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import httpx


@dataclass(frozen=True, kw_only=True)
class LoadResult:
    """What a load test measured."""

    seconds: float
    clients: int
    requests: int
    errors: int
    requests_per_second: float
    p50_ms: float
    p99_ms: float
    first_error: str = ""

    def stored(self) -> dict[str, Any]:
        """Return it as it lies in the evidence."""
        return asdict(self)


def load(
    url: str,
    bodies: Sequence[bytes],
    *,
    seconds: float = 5.0,
    clients: int = 4,
    clock: Callable[[], float] = time.perf_counter,
) -> LoadResult:
    """Send prepared requests for a while from several connections, and time every answer.

    Raises ValueError without requests: nothing that was sent would be nothing that failed.
    """
    if not bodies:
        raise ValueError("no requests to send")
    taken: list[list[float]] = [[] for _ in range(clients)]
    errors: list[str] = []
    stop_at = clock() + seconds

    def client(number: int) -> None:
        with httpx.Client(timeout=10.0, trust_env=False) as session:
            # Each sends at least one, however late it began.
            for turn in itertools.count(number):
                begun = clock()
                problem = send(session, url, bodies[turn % len(bodies)])
                if problem:
                    errors.append(problem)
                else:
                    taken[number].append(clock() - begun)
                if clock() >= stop_at:
                    return

    begun = clock()
    threads = [threading.Thread(target=client, args=(number,)) for number in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    passed = clock() - begun
    times = sorted(each for some in taken for each in some)
    return LoadResult(
        seconds=round(passed, 3),
        clients=clients,
        requests=len(times) + len(errors),
        errors=len(errors),
        requests_per_second=round(len(times) / passed, 1),
        p50_ms=_quantile(times, 0.50),
        p99_ms=_quantile(times, 0.99),
        first_error=errors[0] if errors else "",
    )


def send(session: httpx.Client, url: str, body: bytes) -> str:
    """Send one request; returns what went wrong, or nothing."""
    try:
        answer = session.post(url, content=body, headers={"Content-Type": "application/json"})
    except Exception as error:
        # Whatever it is: a client that ended silently would count as one that had no errors.
        return f"{type(error).__name__}: {error}"
    if answer.status_code != httpx.codes.OK:
        return f"HTTP {answer.status_code}: {answer.text[:200]}"
    return ""


def _quantile(times: Sequence[float], share: float) -> float:
    if not times:
        return 0.0
    return round(times[min(len(times) - 1, int(share * len(times)))] * 1000, 2)
