"""A job's output: to a file at once, to CloudWatch Logs in small batches."""

import contextlib
import threading
import time
from collections import deque
from pathlib import Path
from typing import IO, Any

_BATCH = 100
_SECONDS = 1.0
_MOST_OF_A_LINE, _MOST_OF_ALL = 300, 900
"""Characters of a failure reason, which AWS cuts at 1,024."""


class JobLog:
    """Reads what a job says until it says no more."""

    def __init__(self, logs: Any, group: str, stream: str, file: Path) -> None:
        self._logs = logs
        self._group = group
        self._stream = stream
        self._file = file
        self._last: deque[str] = deque(maxlen=20)
        self._waiting: list[dict[str, Any]] = []
        self._sent = time.monotonic()
        self._open()

    def _open(self) -> None:
        with contextlib.suppress(self._logs.exceptions.ResourceAlreadyExistsException):
            self._logs.create_log_group(logGroupName=self._group)
        self._logs.create_log_stream(logGroupName=self._group, logStreamName=self._stream)
        self._file.parent.mkdir(parents=True, exist_ok=True)

    def follow(self, output: IO[bytes]) -> threading.Thread:
        """Read in a thread of its own; join it after the process has ended."""
        thread = threading.Thread(target=self._read, args=(output,), daemon=True)
        thread.start()
        return thread

    def last_words(self) -> str:
        """What a failure is told with: the latest lines, a long one by how it begins."""
        told: list[str] = []
        for line in reversed(self._last):
            short = line if len(line) <= _MOST_OF_A_LINE else f"{line[:_MOST_OF_A_LINE]}…"
            if len("\n".join([short, *told])) > _MOST_OF_ALL:
                break
            told.insert(0, short)
        return "\n".join(told)

    def _read(self, output: IO[bytes]) -> None:
        with self._file.open("ab") as file, output:
            for raw in output:
                file.write(raw)
                file.flush()
                line = raw.decode(errors="replace").rstrip("\n")
                if line.strip():
                    self._last.append(line)
                    self._waiting.append({"timestamp": int(time.time() * 1000), "message": line})
                if len(self._waiting) >= _BATCH or time.monotonic() - self._sent > _SECONDS:
                    self._send()
        self._send()

    def _send(self) -> None:
        batch, self._waiting = self._waiting, []
        self._sent = time.monotonic()
        if batch:
            self._logs.put_log_events(
                logGroupName=self._group, logStreamName=self._stream, logEvents=batch
            )
