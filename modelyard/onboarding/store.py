"""Keeps the files that models were made from, under the digest of their bytes and outside git."""

import hashlib
import os
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

import psutil

from modelyard.errors import RefusedError

FOLDER = "datasets"
"""Inside the checkout's own folder `.modelyard`."""
_CHUNK = 1 << 20
_COMING, _WORK = ".coming.", ".work."


@dataclass(frozen=True, kw_only=True)
class Kept:
    """A file in the store: its bytes never change, because its name is their digest."""

    path: Path
    sha256: str
    size: int
    inode: int
    fresh: bool
    """Whether these bytes were not in the store before."""


class DatasetStore:
    """`.modelyard/datasets/<sha256>`: a model folder names the digest, never a path."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @classmethod
    def of(cls, root: Path) -> "DatasetStore":
        """The store of a checkout."""
        return cls(root / ".modelyard" / FOLDER)

    def keep(self, file: Path) -> Kept:
        """Copy a file in, once; its memory need does not grow with the file."""
        self.folder.mkdir(parents=True, exist_ok=True)
        coming = self.folder / f"{_COMING}{os.getpid()}"
        try:
            digest = hashlib.sha256()
            with file.open("rb") as source, coming.open("wb") as copy:
                while chunk := source.read(_CHUNK):
                    digest.update(chunk)
                    copy.write(chunk)
            place = self._place(digest.hexdigest())
            fresh = not place.exists()
            # The same bytes again: whoever reads the file now keeps reading it.
            coming.replace(place)
        finally:
            coming.unlink(missing_ok=True)
        there = place.stat()
        return Kept(
            path=place,
            sha256=digest.hexdigest(),
            size=there.st_size,
            inode=there.st_ino,
            fresh=fresh,
        )

    def forget(self, kept: Kept) -> None:
        """Remove a file that came in for nothing; not one that was kept before, or again since."""
        if kept.fresh and kept.path.exists() and kept.path.stat().st_ino == kept.inode:
            kept.path.unlink()

    def find(self, sha256: str) -> Path:
        """The file of a digest; refuses when it is not on this machine, or is damaged."""
        place = self._place(sha256)
        if not place.is_file():
            raise RefusedError(
                f"The file with digest {sha256[:12]}… is not on this machine.",
                remedy="give it again: modelyard data land MODEL --file FILE",
            )
        if _digest(place) != sha256:
            raise RefusedError(
                f"{place} is damaged: its bytes no longer have their digest.",
                remedy="remove it and give the file again: modelyard data land MODEL --file FILE",
            )
        return place

    def workspace(self) -> Path:
        """A folder for what is needed only while one command runs."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self._tidy()
        # One for each caller: two environments may be read for side by side.
        return Path(tempfile.mkdtemp(prefix=f"{_WORK}{os.getpid()}.", dir=self.folder))

    def _tidy(self) -> None:
        """Remove what commands left that were killed: copies may be as large as the file."""
        for left in (*self.folder.glob(f"{_WORK}*"), *self.folder.glob(f"{_COMING}*")):
            owner = left.name.split(".")[2]
            if owner.isdigit() and psutil.pid_exists(int(owner)):
                continue
            if left.is_dir():
                shutil.rmtree(left, ignore_errors=True)
            else:
                left.unlink(missing_ok=True)

    def _place(self, sha256: str) -> Path:
        return self.folder / sha256


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
