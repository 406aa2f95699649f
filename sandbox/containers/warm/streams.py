"""A command's three files, as `subprocess.Popen` would make them."""

import contextlib
import os
import subprocess
from typing import IO

Stream = int | IO[bytes] | None


class Streams:
    """Reads nothing; writes to pipes, files or where this process writes, as asked."""

    def __init__(self, stdout: Stream, stderr: Stream) -> None:
        self._opened = contextlib.ExitStack()
        self._readers: list[int | None] = []
        nothing = self._open(os.open(os.devnull, os.O_RDONLY))
        said = self._inside(stdout, 1)
        self.inside = [nothing, said, self._inside(stderr, 2, said)]
        """File numbers for the command."""

    def __enter__(self) -> "Streams":
        return self

    def __exit__(self, *_: object) -> None:
        """Close what the command has now, and the pipes that nobody took."""
        self._opened.close()
        for each in self._readers:
            if each is not None:
                os.close(each)

    def readers(self) -> tuple[IO[bytes] | None, IO[bytes] | None]:
        """The ends of the pipes to read from, for standard output and error."""
        stdout, stderr = (
            each if each is None else os.fdopen(each, "rb") for each in self._readers
        )
        self._readers.clear()
        return stdout, stderr

    def _inside(self, asked: Stream, own: int, said: int = -1) -> int:
        reading: int | None = None
        if asked == subprocess.PIPE:
            reading, number = os.pipe()
            self._open(number)
        elif asked == subprocess.STDOUT:
            number = said
        elif asked == subprocess.DEVNULL:
            number = self._open(os.open(os.devnull, os.O_WRONLY))
        elif asked is None:
            number = own
        else:
            number = asked if isinstance(asked, int) else asked.fileno()
        self._readers.append(reading)
        return number

    def _open(self, number: int) -> int:
        self._opened.callback(os.close, number)
        return number
