"""Appends answers and labels to the pod's volume; after kill -9 the next start finds them."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import secrets
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from ml.deployment.capture.segment import Answer, Feedback, Origin, SegmentName, frames, preamble
from ml.failures import StepError

OPEN = ".open"
SEALED = ".seg"
SEAL_SECONDS = 0.7
"""Age at which a segment is closed: with the upload after it, well inside one second."""
SEAL_BYTES = 4 * 1024 * 1024
BACKLOG_BYTES = 256 * 1024 * 1024
"""Unshipped bytes at which answers stop: a full volume would have the pod evicted."""


class CaptureError(Exception):
    """The answer could not be kept, so it must not be sent."""


class Journal:
    """Every record appended is on the volume when `append` returns; thread-safe.

    The page cache outlives the process, so nothing is synced to disk per answer: kill -9 and a
    container's restart lose nothing, a lost node what was not shipped yet.
    """

    def __init__(self, folder: Path, origin: Origin | None, on_sealed: Callable[[], None]) -> None:
        self._folder = folder
        self._origin = origin
        self._on_sealed = on_sealed
        self._lock = threading.Lock()
        self._writer = f"{time.time_ns():020d}-{secrets.token_hex(4)}"
        self._number = 0
        self._file = -1
        self._path = folder
        self._size = 0
        self._born = 0.0
        self._full = False
        self._guard = _own(folder)
        for leftover in folder.glob(f"*{OPEN}"):
            leftover.rename(leftover.with_suffix(SEALED))

    def append(self, records: Sequence[Answer] | Sequence[Feedback]) -> None:
        """Keep records, or raise CaptureError and keep none of them."""
        data = frames(records)
        with self._lock:
            if self._full:
                raise CaptureError("too many answers wait to be shipped from the capture volume")
            try:
                if self._file < 0:
                    self._begin()
                self._write(data)
            except OSError as error:
                raise CaptureError(
                    f"the capture volume refuses writes: {error.strerror}"
                ) from None
            if self._size >= SEAL_BYTES:
                self._seal()

    def seal_if_due(self, *, now: bool = False) -> None:
        """Close the open segment when it is old enough, or at once."""
        with self._lock:
            if self._file >= 0 and (now or time.monotonic() - self._born >= SEAL_SECONDS):
                self._seal()
            if self._full:
                self._measure()

    def close(self) -> None:
        """Seal what is open and give the folder free."""
        self.seal_if_due(now=True)
        os.close(self._guard)

    def _begin(self) -> None:
        if self._origin is None:
            raise CaptureError("there is no version whose answers could be kept")
        path = self._folder / f"{SegmentName(self._writer, self._number)}{OPEN}"
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o640)
        beginning = preamble(self._origin)
        try:
            written = os.write(file, beginning)
        except OSError:
            self._take_back(file, path)
            raise
        if written < len(beginning):
            self._take_back(file, path)
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        # The collector waits for a missing number: it is used up with the file, not before.
        self._number += 1
        self._file, self._path, self._size = file, path, len(beginning)
        self._born = time.monotonic()

    def _take_back(self, file: int, path: Path) -> None:
        """Leave no file: on a full volume every request would make one more."""
        os.close(file)
        path.unlink()

    def _write(self, data: bytes) -> None:
        written = 0
        try:
            while written < len(data):
                written += os.write(self._file, data[written:])
        except OSError:
            # What was refused must not count as answered; to cut it off takes no space. And where
            # that fails too, half a frame hides every later one: nothing may follow it.
            with contextlib.suppress(OSError):
                os.ftruncate(self._file, self._size)
            self._seal()
            raise
        self._size += len(data)

    def _seal(self) -> None:
        os.close(self._file)
        self._file = -1
        self._path.rename(self._path.with_suffix(SEALED))
        self._measure()
        self._on_sealed()

    def _measure(self) -> None:
        self._full = backlog(self._folder)[0] > BACKLOG_BYTES


def backlog(folder: Path) -> tuple[int, float]:
    """Bytes that wait on the volume, and the seconds since the oldest segment was written to."""
    size, oldest = 0, time.time()
    for path in folder.iterdir():
        if path.suffix in (OPEN, SEALED):
            try:
                status = path.stat()
            except FileNotFoundError:  # shipped or sealed meanwhile
                continue
            size += status.st_size
            oldest = min(oldest, status.st_mtime)
    return size, max(0.0, time.time() - oldest)


def sealed(folder: Path) -> list[Path]:
    """Segments that wait to be shipped, in the order in which they were written."""
    named = ((SegmentName.parse(path.stem), path) for path in folder.glob(f"*{SEALED}"))
    return [path for name, path in sorted((n, p) for n, p in named if n is not None)]


def _own(folder: Path) -> int:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        guard = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o640)
    except OSError as error:
        raise StepError(
            f"the capture folder {folder} cannot be written: {error.strerror}; "
            "mount a volume there or set MODELYARD_CAPTURE_DIR"
        ) from None
    try:
        fcntl.flock(guard, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(guard)
        raise StepError(
            f"another server is writing to the capture folder {folder}; give each its own"
        ) from None
    return guard
