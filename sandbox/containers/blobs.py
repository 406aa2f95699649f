"""Content by its digest on disk: what the registry serves and an image store caches."""

import contextlib
import hashlib
import os
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

DIGEST = re.compile(r"^sha256:[0-9a-f]{64}$")
CHUNK = 1 << 20


class Blobs:
    """Files named by the digest of what they hold; a half-written one never has a name."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "sha256").mkdir(parents=True, exist_ok=True)

    def path(self, digest: str) -> Path:
        """Where the content of the digest lies or would lie."""
        if not DIGEST.match(digest):
            raise ValueError(f"{digest!r} is no sha256 digest")
        return self.folder / "sha256" / digest.removeprefix("sha256:")

    def has(self, digest: str) -> bool:
        """Whether the content is here."""
        return self.path(digest).is_file()

    def link(self, digest: str, source: "Blobs") -> bool:
        """Have the content by sharing the file of `source`; whether it is here afterwards."""
        if self.has(digest):
            return True
        try:
            os.link(source.path(digest), self.path(digest))
        except FileExistsError:
            return True
        except OSError:
            # Not there, or on another file system: it has to be sent.
            return False
        return True

    def put(self, content: bytes) -> str:
        """Keep the bytes; return their digest."""
        with self.draft() as draft:
            draft.write(content)
            return draft.keep()

    @contextlib.contextmanager
    def draft(self) -> Iterator["Draft"]:
        """A file to write that gets its name by `keep`, and is gone if that is not reached."""
        handle, name = tempfile.mkstemp(dir=self.folder, prefix="draft-")
        draft = Draft(self, Path(name), os.fdopen(handle, "wb"))
        try:
            yield draft
        finally:
            draft.file.close()
            draft.path.unlink(missing_ok=True)


class Draft:
    """Content on its way in."""

    def __init__(self, blobs: Blobs, path: Path, file: BinaryIO) -> None:
        self.blobs, self.path, self.file = blobs, path, file
        self.size = 0
        self._hash = hashlib.sha256()

    def write(self, content: bytes) -> int:
        """Append."""
        self._hash.update(content)
        self.size += len(content)
        return self.file.write(content)

    def copy(self, source: BinaryIO, length: int | None = None) -> None:
        """Append from a stream, `length` bytes or up to its end."""
        left = length
        while left is None or left > 0:
            chunk = source.read(CHUNK if left is None else min(CHUNK, left))
            if not chunk:
                return
            self.write(chunk)
            left = None if left is None else left - len(chunk)

    @property
    def digest(self) -> str:
        """Of what was written so far."""
        return f"sha256:{self._hash.hexdigest()}"

    def keep(self) -> str:
        """Give the content its name; return the digest."""
        self.file.close()
        self.path.chmod(0o644)
        self.path.replace(self.blobs.path(self.digest))
        return self.digest
