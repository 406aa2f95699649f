"""What is kept on the pod's volume until it is in the lake: one journal and its shipper."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from ml.deployment.capture.journal import Journal, backlog
from ml.deployment.capture.segment import Origin
from ml.deployment.capture.shipper import S3Store, Shipper


class Outbox:
    """Keeps records of one kind in one folder and carries them to one place of the lake."""

    def __init__(
        self, folder: Path, origin: Origin | None, uri: str, pod: str, client: Callable[[], Any]
    ) -> None:
        self._folder = folder
        self._shipper = Shipper(folder, S3Store(uri, pod, client))
        # Also without a version: an earlier process may have left segments on the volume.
        self.journal = Journal(folder, origin, self._shipper.notify)

    def start(self) -> None:
        """Begin to ship what lies there."""
        self._shipper.start()

    def tend(self) -> tuple[int, float]:
        """Seal what is old enough; bytes that wait, and the age of the oldest in seconds."""
        self.journal.seal_if_due()
        return backlog(self._folder)

    def close(self) -> None:
        """Take no more; seal what is open."""
        self.journal.close()

    def finish(self, seconds: float) -> int:
        """Ship what is left for at most that long; how many segments stay behind."""
        return self._shipper.finish(seconds)
