"""A model and everything that must travel with it, sealed: one changed bit and it stays shut."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ml.canonical import canonical, digest_of, parse_canonical
from ml.deployment.signing import PublicKeys, SignatureError, Signer, verify
from ml.failures import StepError

MANIFEST, SIGNATURE = "manifest.json", "signature.json"
FORMAT = "modelyard-package-v1"
MOST_FILES = 64
LARGEST_FILE = 512 * 1024 * 1024
LARGEST_MANIFEST = 64 * 1024
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,99}")
"""Plain names only: no separators, no leading dot, so no name can lead out of the folder."""


class PackageError(StepError):
    """A package that is refused; the text names the file and what does not fit."""


@dataclass(frozen=True, kw_only=True)
class Identity:
    """Where a package comes from; signed, so a package cannot pose as another one."""

    model: str
    run: str
    environment: str
    git_sha: str
    image_digest: str


@dataclass(frozen=True, kw_only=True)
class Package:
    """An opened package: the very bytes that were verified, so nothing can change underneath."""

    identity: Identity
    digest: str
    contents: Mapping[str, bytes]

    def read(self, name: str) -> bytes:
        """One file's verified bytes."""
        if name not in self.contents:
            raise PackageError(f"the package has no {name}; it has {', '.join(self.contents)}")
        return self.contents[name]

    def has(self, name: str) -> bool:
        """Whether the package carries that file."""
        return name in self.contents


def seal(contents: Mapping[str, bytes], identity: Identity, signer: Signer) -> dict[str, bytes]:
    """Add manifest and signature to a package's files; the result is what is stored."""
    manifest = build_manifest(contents, identity)
    statement = _statement(identity, digest_of(manifest))
    return {**contents, MANIFEST: manifest, SIGNATURE: signer.sign(statement)}


def build_manifest(contents: Mapping[str, bytes], identity: Identity) -> bytes:
    """The list of every file with its size and SHA-256, as canonical JSON."""
    for name in contents:
        if not _NAME.fullmatch(name) or name in (MANIFEST, SIGNATURE):
            raise PackageError(f"{name!r} cannot be the name of a packaged file")
    files = {
        name: {"sha256": digest_of(content), "bytes": len(content)}
        for name, content in contents.items()
    }
    return canonical({"format": FORMAT, **asdict(identity), "files": files})


def open_package(
    folder: Path,
    keys: PublicKeys,
    *,
    digest: str | None = None,
    model: str | None = None,
    environment: str | None = None,
) -> Package:
    """Verify everything, then hand out the verified bytes; nothing is parsed as a model before.

    Give the digest whenever it is known: without it any package the key ever signed would do,
    an older one included.
    """
    names = _names(folder)
    manifest = _file(folder, MANIFEST, LARGEST_MANIFEST)
    found = digest_of(manifest)
    if digest is not None and found != digest:
        raise PackageError(f"{folder}/{MANIFEST}: digest is {found}, expected {digest}")
    identity, files = _verified(folder, manifest, found, keys)
    for wanted, actual, what in (
        (model, identity.model, "model"),
        (environment, identity.environment, "environment"),
    ):
        if wanted is not None and wanted != actual:
            raise PackageError(f"{folder}: package is of {what} {actual!r}, expected {wanted!r}")
    expected = {*files, MANIFEST, SIGNATURE}
    if names != expected:
        odd = ", ".join(sorted(names ^ expected))
        raise PackageError(f"{folder}: files added or missing compared with the manifest: {odd}")
    contents = {name: _checked(folder, name, entry) for name, entry in sorted(files.items())}
    return Package(identity=identity, digest=found, contents=contents)


def _verified(
    folder: Path, manifest: bytes, digest: str, keys: PublicKeys
) -> tuple[Identity, dict[str, Any]]:
    try:
        statement = verify(_file(folder, SIGNATURE, LARGEST_MANIFEST), keys)
    except SignatureError as error:
        raise PackageError(f"{folder}/{SIGNATURE}: {error}") from None
    if statement.get("digest") != digest:
        raise PackageError(
            f"{folder}/{MANIFEST}: digest is {digest}, signed was {statement.get('digest')}"
        )
    try:
        content = parse_canonical(manifest)
        identity = Identity(**{name: str(content[name]) for name in Identity.__annotations__})
        files = dict(content["files"])
    except (ValueError, KeyError, TypeError) as error:
        raise PackageError(f"{folder}/{MANIFEST}: not a package manifest: {error}") from None
    if statement != _statement(identity, digest) or len(files) > MOST_FILES:
        raise PackageError(f"{folder}/{MANIFEST}: does not fit the signed statement")
    return identity, files


def _statement(identity: Identity, digest: str) -> dict[str, str]:
    return {
        "format": FORMAT,
        "model": identity.model,
        "run": identity.run,
        "environment": identity.environment,
        "digest": digest,
    }


def _names(folder: Path) -> set[str]:
    if not folder.is_dir():
        raise PackageError(f"{folder}: no such package folder")
    names = {path.name for path in folder.iterdir()}
    if len(names) > MOST_FILES + 2:
        raise PackageError(f"{folder}: {len(names)} files; at most {MOST_FILES} are allowed")
    return names


def _checked(folder: Path, name: str, entry: Mapping[str, Any]) -> bytes:
    if not _NAME.fullmatch(name):
        raise PackageError(f"{folder}: {name!r} is not a plain file name")
    content = _file(folder, name, LARGEST_FILE)
    if len(content) != entry.get("bytes") or digest_of(content) != entry.get("sha256"):
        raise PackageError(f"{folder}/{name}: bytes differ from those that were signed")
    return content


def _file(folder: Path, name: str, largest: int) -> bytes:
    path = folder / name
    # A symbolic link could lead out of the folder, and a device would never end.
    if path.is_symlink() or not path.is_file():
        raise PackageError(f"{path}: missing, or not a regular file")
    if (size := path.stat().st_size) > largest:
        raise PackageError(f"{path}: {size} bytes; at most {largest} are allowed")
    return path.read_bytes()
