"""Background clients that remember which predictions were acknowledged to them."""

from __future__ import annotations

import threading
import time

import httpx

from tests.ml.serving.server_process import request


class Traffic:
    """A few threads that send requests as fast as they are answered."""

    def __init__(self, url: str, clients: int = 8) -> None:
        self._url = url
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._send) for _ in range(clients)]
        self.acknowledged: set[tuple[str, int]] = set()
        """Prediction id and row, of every answer that arrived whole."""
        self.broken: list[str] = []
        """Requests that were sent on an open connection and got no answer."""
        self.statuses: set[int] = set()
        self.refused = 0
        """Attempts to connect after the server stopped listening."""

    def __enter__(self) -> Traffic:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join(30)

    def wait_for(self, count: int, seconds: float = 120) -> None:
        """Wait until so many predictions are acknowledged."""
        give_up = time.monotonic() + seconds
        while len(self.acknowledged) < count:
            assert time.monotonic() < give_up, f"only {len(self.acknowledged)} answers"
            time.sleep(0.01)

    def _send(self) -> None:
        rows = 2
        with httpx.Client(base_url=self._url, timeout=20) as client:
            while not self._stop.is_set():
                try:
                    answer = client.post("/v2/models/toy/infer", json=request(rows=rows))
                except httpx.ConnectError:
                    self.refused += 1
                    time.sleep(0.02)
                except httpx.TransportError as error:
                    self.broken.append(repr(error))
                else:
                    self.statuses.add(answer.status_code)
                    if answer.status_code == 200:
                        name = answer.json()["parameters"]["prediction_id"]
                        self.acknowledged |= {(name, row) for row in range(rows)}
