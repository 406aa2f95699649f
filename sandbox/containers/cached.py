"""Layers that cost minutes are made once per user, whatever checkout asks."""

import hashlib
import os
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path

from sandbox.allotment import cache_directory
from sandbox.containers.blobs import Blobs
from sandbox.containers.layers import Entry, Layer, make_layer


def layer_cache() -> Blobs:
    """Where they are kept."""
    return Blobs(cache_directory() / "layers")


def cached_layer(
    blobs: Blobs,
    kind: str,
    key: str,
    announce: Callable[[], None],
    entries: Callable[[Path], Iterable[Entry]],
) -> Layer:
    """The layer made earlier under the same key, or a new one; `entries` gets a work folder."""
    note = blobs.folder / f"{kind}-{hashlib.sha256(key.encode()).hexdigest()[:24]}"
    if note.exists():
        digest = note.read_text()
        if blobs.has(digest):
            path = blobs.path(digest)
            return Layer(digest=digest, size=path.stat().st_size, path=path)
    announce()
    with tempfile.TemporaryDirectory(dir=blobs.folder, prefix="making-") as work:
        layer = make_layer(entries(Path(work)), blobs)
    draft = note.with_suffix(f".{os.getpid()}")
    draft.write_text(layer.digest)
    draft.replace(note)
    return layer
