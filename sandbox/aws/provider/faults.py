"""Makes the k-th creation fail on request, so that recovery from a half-made stack is tested."""

import contextlib
import threading
from pathlib import Path


class PlannedFailureError(RuntimeError):
    """The failure somebody asked for."""


class Faults:
    """Counts creations down from the number in a file; at zero one fails and the file goes."""

    def __init__(self, file: Path | None) -> None:
        self._file = file
        self._lock = threading.Lock()

    def before_creation(self, urn: str) -> None:
        """Fail if this is the creation that was chosen to fail."""
        if self._file is None or not self._file.exists():
            return
        with self._lock:
            left = 0
            with contextlib.suppress(ValueError, OSError):
                left = int(self._file.read_text())
            if left > 1:
                self._file.write_text(str(left - 1))
                return
            self._file.unlink(missing_ok=True)
        raise PlannedFailureError(f"creation of {urn} was told to fail")
