"""A client that asks one endpoint all the time and remembers every answer it was given."""

import itertools
import threading
import time
from dataclasses import dataclass

import httpx


@dataclass(frozen=True, kw_only=True)
class Answered:
    """One prediction that the client holds in its hands."""

    id: str
    version: str
    at: float


class Traffic:
    """Asks about one patient after another until told to stop; a failure is just asked again."""

    def __init__(self, address: str, model: str, inputs: list[dict[str, object]]) -> None:
        self._url = f"{address}/v2/models/{model}/infer"
        self._inputs = inputs
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self.answered: list[Answered] = []
        self.failed = 0

    def __enter__(self) -> "Traffic":
        self._thread.start()
        self.wait_for_answers(20)
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        """Ask no more."""
        self._stop.set()
        self._thread.join()

    def wait_for_answers(self, count: int, seconds: float = 180.0) -> None:
        """Return once so many more answers have come, which is how recovery shows."""
        wanted = len(self.answered) + count
        until = time.monotonic() + seconds
        while len(self.answered) < wanted:
            assert time.monotonic() < until, f"no answers in {seconds} s ({self.failed} failures)"
            time.sleep(0.02)

    def slowest(self, since: float, until: float) -> float:
        """The longest that the client had to wait from one answer to the next, between the two."""
        moments = [each.at for each in self.answered if since <= each.at <= until]
        return max((later - at for at, later in itertools.pairwise(moments)), default=0.0)

    def _run(self) -> None:
        with httpx.Client(timeout=2.0, trust_env=False) as client:
            for number in itertools.count():
                if self._stop.is_set():
                    return
                self._ask(client, number)
                self._stop.wait(0.02)

    def _ask(self, client: httpx.Client, number: int) -> None:
        data = [(number % 97) / 1000 - 0.05]
        body = {"inputs": [{**each, "shape": [1], "data": data} for each in self._inputs]}
        try:
            answer = client.post(self._url, json=body)
        except httpx.HTTPError:
            self.failed += 1
            self._stop.wait(0.05)
            return
        if answer.status_code != httpx.codes.OK:
            self.failed += 1
            self._stop.wait(0.05)
            return
        told = answer.json()
        self.answered.append(
            Answered(
                id=told["parameters"]["prediction_id"],
                version=told["model_version"],
                at=time.monotonic(),
            )
        )
