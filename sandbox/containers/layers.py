"""Layers whose digest depends on what they hold, not on when, where or by whom they were made."""

import os
import tarfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from sandbox.containers.blobs import Blobs, Draft

NOT_SHIPPED = frozenset({"__pycache__", ".git", ".mypy_cache", ".pytest_cache", ".ruff_cache"})


@dataclass(frozen=True, kw_only=True)
class Layer:
    """One tar, by its digest; uncompressed, so it is also its own diff id."""

    digest: str
    size: int
    path: Path
    """Where the tar lies on this machine."""


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One file or folder on its way into a layer."""

    source: Path
    name: str
    """Path in the image, without the leading slash."""


def tree(source: Path, prefix: str, keep: Callable[[Path], bool] | None = None) -> Iterator[Entry]:
    """Everything below `source`, placed below `prefix`, sorted, without caches."""
    for folder, folders, files in os.walk(source):
        here = Path(folder)
        folders[:] = sorted(
            each
            for each in folders
            if each not in NOT_SHIPPED and (keep is None or keep(here / each))
        )
        linked = [each for each in folders if (here / each).is_symlink()]
        for each in [*sorted(files), *linked]:
            path = here / each
            if keep is None or keep(path):
                yield Entry(source=path, name=f"{prefix}/{path.relative_to(source)}")


def make_layer(entries: Iterable[Entry], blobs: Blobs) -> Layer:
    """Write the entries as one reproducible tar into `blobs`."""
    ordered = sorted(entries, key=lambda entry: entry.name)
    with blobs.draft() as draft:
        _write(ordered, draft)
        size = draft.size
        digest = draft.keep()
    return Layer(digest=digest, size=size, path=blobs.path(digest))


def _write(entries: list[Entry], draft: Draft) -> None:
    # Stream mode, since a draft cannot seek; GNU format holds no times beyond whole seconds.
    with tarfile.open(fileobj=draft, mode="w|", format=tarfile.GNU_FORMAT) as tar:  # type: ignore[call-overload]
        made: set[str] = set()
        for entry in entries:
            for parent in reversed(Path(entry.name).parents):
                if str(parent) not in (".", *made):
                    made.add(str(parent))
                    tar.addfile(_plain(tarfile.TarInfo(f"{parent}/"), folder=True))
            info = _plain(tar.gettarinfo(str(entry.source), entry.name))
            if info.isfile():
                with entry.source.open("rb") as content:
                    tar.addfile(info, content)
            elif info.issym():
                tar.addfile(info)


def _plain(info: tarfile.TarInfo, *, folder: bool = False) -> tarfile.TarInfo:
    """Root's, readable by all, executable if the owner may execute it, of 1970."""
    if folder:
        info.type = tarfile.DIRTYPE
    if info.islnk():
        info.type = tarfile.REGTYPE
    executable = folder or info.mode & 0o100 or info.issym()
    info.mode = 0o755 if executable else 0o644
    info.uid = info.gid = 0
    info.uname = info.gname = "root"
    info.mtime = 0
    return info
