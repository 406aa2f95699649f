"""Builds kept in the user's cache, shared by every checkout that pins the same versions."""

import contextlib
import fcntl
import hashlib
import os
import platform
from collections.abc import Callable, Iterator
from pathlib import Path

from tools.pins import Tool


def root() -> Path:
    """The cache directory; XDG_CACHE_HOME is respected."""
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(base) / "modelyard"


def key(tool: Tool) -> str:
    """Changes when the pinned modules, our own main, a flag or the machine type changes.

    The Go version is left out on purpose: a cached build then serves a machine without Go, and
    an upgraded Go does not cost six minutes for the same sources.
    """
    digest = hashlib.sha256()
    for source in tool.sources:
        digest.update(source.name.encode() + b"\0" + source.read_bytes() + b"\0")
    digest.update("\0".join([tool.package, *tool.flags, platform.machine()]).encode())
    return digest.hexdigest()[:16]


def location(tool: Tool) -> Path:
    """Where the finished build lies, whether it exists or not."""
    return root() / "tools" / f"{tool.name}-{key(tool)}" / tool.name


@contextlib.contextmanager
def exclusively(name: str, report: Callable[[str], None]) -> Iterator[None]:
    """Hold the cache's lock called `name`, so that two checkouts do not do the same work twice."""
    folder = root() / "locks"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / name).open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            report(f"{name}: another process is working on it; waiting for it")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield
