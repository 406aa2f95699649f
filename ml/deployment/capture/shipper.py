"""Carries sealed segments from the pod's volume to the lake, in order, while others answer."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

import structlog

from ml.deployment.capture.journal import sealed

RETRY_SECONDS = (0.2, 0.5, 1.0, 2.0, 5.0)

log = structlog.get_logger()


class Store(Protocol):
    """Where segments go."""

    def put(self, name: str, content: bytes) -> None:
        """Store one segment; storing the same one again changes nothing."""


class Shipper(threading.Thread):
    """Ships each segment before the next one of the same writer, until told to stop.

    The collector relies on that order: a number it has not seen is still to come.
    """

    def __init__(self, folder: Path, store: Store) -> None:
        super().__init__(name="capture-shipper", daemon=True)
        self._folder = folder
        self._store = store
        self._wake = threading.Event()
        self._stopping = False
        self._give_up_at = float("inf")
        self.shipped = 0

    def notify(self) -> None:
        """Say that a segment was sealed."""
        self._wake.set()

    def run(self) -> None:
        """Ship until stopped and empty, or until the time to give up."""
        failures = 0
        while True:
            self._wake.clear()
            waiting = self._waiting()
            if waiting == []:
                if self._stopping:
                    return
                self._wake.wait()
                continue
            shipped = waiting is not None and self._ship(waiting[0])
            failures = 0 if shipped else failures + 1
            if time.monotonic() >= self._give_up_at:
                return
            if failures:
                time.sleep(RETRY_SECONDS[min(failures, len(RETRY_SECONDS)) - 1])

    def finish(self, seconds: float) -> int:
        """Ship what is left for at most that long; how many segments stay behind."""
        self._give_up_at = time.monotonic() + seconds
        self._stopping = True
        self._wake.set()
        self.join(seconds + 1)
        return len(sealed(self._folder))

    def _waiting(self) -> list[Path] | None:
        try:
            return sealed(self._folder)
        except OSError as error:
            log.warning("capture_volume", folder=str(self._folder), error=str(error))
            return None

    def _ship(self, path: Path) -> bool:
        try:
            self._store.put(path.name, path.read_bytes())
            path.unlink()
        except Exception as error:
            # Whatever is wrong with the network, the credentials or the volume, it stays here.
            log.warning("capture_not_shipped", segment=path.name, error=str(error))
            return False
        self.shipped += 1
        return True


class S3Store:
    """Puts segments under `s3://bucket/prefix/<pod>/`."""

    def __init__(self, uri: str, pod: str, client: Callable[[], Any]) -> None:
        bucket, _, prefix = uri.removeprefix("s3://").partition("/")
        self._bucket = bucket
        self._prefix = f"{prefix.strip('/')}/{pod}/".lstrip("/")
        self._make_client = client
        self._client: Any = None

    def put(self, name: str, content: bytes) -> None:
        """Store one segment under its own name."""
        if self._client is None:
            # Made by the shipper's thread: credentials may not be there yet when a pod starts.
            self._client = self._make_client()
        self._client.put_object(Bucket=self._bucket, Key=self._prefix + name, Body=content)
