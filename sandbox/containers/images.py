"""The images of one sandbox: named, built, copied and unpacked by digest."""

import contextlib
import fcntl
import json
import os
import shutil
import subprocess
import tarfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from sandbox.containers.blobs import Blobs
from sandbox.containers.cached import layer_cache
from sandbox.containers.client import ImageMissingError, Registry
from sandbox.containers.reference import ImageError, local_reference, parse


class HasImages(Protocol):
    """What is asked of a sandbox's layout."""

    @property
    def images(self) -> Path:
        """Folder of everything that has to do with images."""

    @property
    def registry_port(self) -> int:
        """Of the registry on loopback."""


@dataclass(frozen=True, kw_only=True)
class UnpackedImage:
    """An image ready to run."""

    reference: str
    root: Path
    """Folder with the image's own files; never written to."""
    env: Mapping[str, str] = field(default_factory=dict)
    entrypoint: tuple[str, ...] = ()
    command: tuple[str, ...] = ()
    workdir: str = "/"
    user: str = ""
    size: int = 0


class Images:
    """The registry on loopback and the unpacked images beside it."""

    def __init__(self, address: str, folder: Path) -> None:
        self.registry = Registry(address)
        self.folder = folder

    @classmethod
    def of(cls, layout: HasImages) -> "Images":
        """The images of the sandbox with this layout."""
        return cls(f"127.0.0.1:{layout.registry_port}", layout.images)

    def local_reference(self, reference: str) -> str:
        """Where the image named as on AWS lies on loopback."""
        return local_reference(reference, self.registry.address)

    def unpacked(self, reference: str) -> UnpackedImage | None:
        """The image if an earlier `unpack` finished, without asking the registry."""
        named = parse(self.local_reference(reference))
        target = self.folder / "unpacked" / named.digest.replace(":", "-")
        note = target / "image.json"
        return _read(reference, target, json.loads(note.read_text())) if note.exists() else None

    def unpack(self, reference: str) -> UnpackedImage:
        """Unpack the image once; other users of the same digest share the files."""
        named = parse(self.local_reference(reference))
        # Asked each time: a repository that does not hold the image must not serve it from cache.
        _, manifest = self.registry.manifest(named.repository, named.digest)
        target = self.folder / "unpacked" / named.digest.replace(":", "-")
        with _locked(target.with_name(f"{target.name}.lock")):
            if not (target / "image.json").exists():
                self._unpack(named.repository, manifest, target)
        return _read(reference, target, json.loads((target / "image.json").read_text()))

    def _unpack(self, repository: str, manifest: dict[str, Any], target: Path) -> None:
        if "layers" not in manifest:
            raise ImageError(
                f"{repository} holds an index of images for several machines, not one image.",
                "Name the digest of the image for this machine.",
            )
        config = json.loads(self.registry.blob(repository, manifest["config"]["digest"]))
        draft = target.with_name(f"{target.name}.{os.getpid()}")
        shutil.rmtree(draft, ignore_errors=True)
        (draft / "root").mkdir(parents=True)
        for layer in manifest["layers"]:
            _link_tree(self._layer(repository, layer["digest"]), draft / "root")
        size = sum(int(layer["size"]) for layer in manifest["layers"])
        note = {"size": size, "config": config.get("config", {})}
        (draft / "image.json").write_text(json.dumps(note))
        shutil.rmtree(target, ignore_errors=True)
        draft.replace(target)

    def _layer(self, repository: str, digest: str) -> Path:
        """One layer's files; releases that share a layer share its files on disk."""
        target = self._place_of(digest)
        with _locked(target.with_name(f"{target.name}.lock")):
            if target.exists():
                return target
            draft = target.with_name(f"{target.name}.draft")
            shutil.rmtree(draft, ignore_errors=True)
            draft.mkdir()
            served = Blobs(self.folder / "registry")
            if served.has(digest):
                # Its digest was computed as it was sent to our own registry, or as it was made.
                _extract(served.path(digest), draft)
            else:
                with Blobs(self.folder / "fetched").draft() as blob:
                    self.registry.fetch_blob(repository, digest, blob)
                    blob.file.flush()
                    _extract(blob.path, draft)
            draft.replace(target)
        return target

    def _place_of(self, digest: str) -> Path:
        """A layer of the user's cache is unpacked there, once for all sandboxes."""
        name = digest.replace(":", "-")
        cache = layer_cache()
        # Files are shared by hard links, and those end at the file system.
        if cache.has(digest) and cache.folder.stat().st_dev == self.folder.stat().st_dev:
            return cache.folder / name
        return self.folder / "layers" / name


def _read(reference: str, target: Path, note: dict[str, Any]) -> UnpackedImage:
    config = note["config"]
    return UnpackedImage(
        reference=reference,
        root=target / "root",
        env=dict(pair.split("=", 1) for pair in config.get("Env") or ()),
        entrypoint=tuple(config.get("Entrypoint") or ()),
        command=tuple(config.get("Cmd") or ()),
        workdir=config.get("WorkingDir") or "/",
        user=config.get("User") or "",
        size=note["size"],
    )


def _extract(layer: Path, target: Path) -> None:
    """Unpack; layers of a gigabyte need the system's tar, ours takes ten times as long."""
    tar = shutil.which("tar")
    if tar is None:
        with tarfile.open(layer) as file:
            file.extractall(target, filter="tar")
        return
    command = [tar, "-x", "--no-same-owner", "-p", "-f", str(layer), "-C", str(target)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise ImageError(
            f"A layer cannot be unpacked to {target}: {done.stderr.strip()[-500:]}",
            "Check that the disk has room, then run the same command again.",
        )


def _link_tree(source: Path, target: Path) -> None:
    """Lay the layer over what is there, by hard links; whiteouts remove."""
    for folder, folders, files in os.walk(source):
        there = target / Path(folder).relative_to(source)
        there.mkdir(exist_ok=True)
        there.chmod(0o755)
        links = [name for name in folders if (Path(folder) / name).is_symlink()]
        for name in [*files, *links]:
            if name.startswith(".wh."):
                _remove(there / name.removeprefix(".wh."))
                continue
            _remove(there / name)
            os.link(Path(folder) / name, there / name, follow_symlinks=False)


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


@contextlib.contextmanager
def _locked(file: Path) -> Iterator[None]:
    """Two processes that need the same files: one makes them, the other waits."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


__all__ = ["ImageMissingError", "Images", "UnpackedImage"]
