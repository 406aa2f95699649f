"""Output of a container in the form that `kubectl logs` reads."""

import datetime
import threading
from pathlib import Path
from typing import IO


class LogFile:
    """Lines of both streams, each with its moment."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = path.open("ab", buffering=0)
        self._lock = threading.Lock()
        self._pumps: list[threading.Thread] = []

    def follow(self, stream: IO[bytes], name: str) -> None:
        """Copy the stream until its end, in a thread."""
        pump = threading.Thread(target=self._copy, args=(stream, name), daemon=True)
        self._pumps.append(pump)
        pump.start()

    def _copy(self, stream: IO[bytes], name: str) -> None:
        with stream:
            # A line without an end must not fill the memory.
            while line := stream.readline(1 << 16):
                self.write(line, name)

    def write(self, line: bytes, name: str = "stderr") -> None:
        """Append one line; a part of a longer one is marked so."""
        now = datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%S.%f000Z")
        tag = "F" if line.endswith(b"\n") else "P"
        with self._lock:
            self._file.write(f"{now} {name} {tag} ".encode() + line.rstrip(b"\n") + b"\n")

    def close(self) -> None:
        """Wait for what was written last; a detached writer does not hold us up."""
        for pump in self._pumps:
            pump.join(timeout=2)
        self._file.close()
