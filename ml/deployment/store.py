"""Folders in S3 for runs and packages: retried where that is safe, and never half a package."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import stamina
from botocore.exceptions import BotoCoreError, ClientError

from ml.deployment.package import LARGEST_FILE, MANIFEST, MOST_FILES, Package, open_package
from ml.deployment.signing import PublicKeys
from ml.failures import StepError

_URI = re.compile(r"s3://([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])/((?:[A-Za-z0-9_][A-Za-z0-9._=-]*/?)+)")
_TRANSIENT = {
    "500", "502", "503", "504", "InternalError", "SlowDown", "ServiceUnavailable", "Throttling",
    "ThrottlingException", "RequestTimeout", "TooManyRequestsException", "RequestLimitExceeded",
}  # fmt: skip
_MISSING = {"404", "NoSuchKey", "NoSuchBucket", "NotFound"}
_DIGEST = re.compile(r"sha256:([0-9a-f]{64})")


class StoreError(StepError):
    """Something in S3 is missing, unreachable or not where it may be."""


@dataclass(frozen=True, kw_only=True)
class Folder:
    """One prefix of one bucket."""

    s3: Any
    bucket: str
    prefix: str

    @classmethod
    def at(cls, s3: Any, uri: str) -> Folder:
        """The folder of a URI; only plain `s3://bucket/a/b` names are accepted.

        No `..`, `%`, empty parts or other schemes: a URI from outside must not lead anywhere
        but down from its bucket.
        """
        match = _URI.fullmatch(uri)
        if match is None:
            raise StoreError(f"{uri!r} is no package location; expected s3://BUCKET/plain/path")
        return cls(s3=s3, bucket=match[1], prefix=match[2].rstrip("/"))

    @property
    def uri(self) -> str:
        """Where this folder is."""
        return f"s3://{self.bucket}/{self.prefix}"

    def read(self, name: str, largest: int = LARGEST_FILE) -> bytes:
        """One object's bytes; the size is checked before they are fetched."""
        content: bytes = self._retried("read", name, lambda: self._get(name, largest))
        return content

    def has(self, name: str) -> bool:
        """Whether the object exists."""
        try:
            self._retried(
                "look at",
                name,
                lambda: self.s3.head_object(Bucket=self.bucket, Key=f"{self.prefix}/{name}"),
            )
        except _MissingError:
            return False
        return True

    def write(self, name: str, content: bytes) -> None:
        """Put one object; writing the same bytes twice is harmless, so it is retried."""
        self._retried(
            "write",
            name,
            lambda: self.s3.put_object(
                Bucket=self.bucket, Key=f"{self.prefix}/{name}", Body=content
            ),
        )

    def names(self) -> list[str]:
        """The objects directly in this folder."""

        def listed() -> list[str]:
            pages = self.s3.get_paginator("list_objects_v2").paginate(
                Bucket=self.bucket, Prefix=f"{self.prefix}/"
            )
            keys = [item["Key"] for page in pages for item in page.get("Contents", ())]
            return [key.removeprefix(f"{self.prefix}/") for key in keys]

        found: list[str] = self._retried("list", "", listed)
        return found

    def _get(self, name: str, largest: int) -> bytes:
        answer = self.s3.get_object(Bucket=self.bucket, Key=f"{self.prefix}/{name}")
        if answer["ContentLength"] > largest:
            raise StoreError(f"{self.uri}/{name}: {answer['ContentLength']} bytes is too large")
        content: bytes = answer["Body"].read()
        return content

    def _retried(self, verb: str, name: str, call: Any) -> Any:
        where = f"{self.uri}/{name}".rstrip("/")
        try:
            for attempt in stamina.retry_context(on=_transient, attempts=5, timeout=30.0):
                with attempt:
                    return call()
        except ClientError as error:
            if _code(error) in _MISSING:
                raise _MissingError(f"{where}: does not exist") from None
            raise StoreError(f"cannot {verb} {where}: {error}") from None
        except BotoCoreError as error:
            raise StoreError(f"cannot {verb} {where}: {error}") from None
        raise AssertionError("unreachable: the last attempt returns or raises")


class _MissingError(StoreError):
    """The one failure that can be an answer."""


def upload_package(folder: Folder, contents: Mapping[str, bytes]) -> None:
    """Put a sealed package, its manifest last: a package without manifest does not exist."""
    for name in sorted(contents, key=lambda name: (name == MANIFEST, name)):
        folder.write(name, contents[name])


def fetch_package(
    folder: Folder,
    cache: Path,
    keys: PublicKeys,
    *,
    digest: str | None = None,
    model: str | None = None,
    environment: str | None = None,
) -> Package:
    """Download once, verify always; the cached copy is used again only if it still verifies."""
    expected = {"digest": digest, "model": model, "environment": environment}
    if digest is not None and _DIGEST.fullmatch(digest) is None:
        raise StoreError(f"{digest!r} is no digest; expected sha256: and 64 hexadecimal digits")
    kept = cache / digest.removeprefix("sha256:") if digest else None
    if kept is not None and kept.is_dir():
        try:
            return open_package(kept, keys, **expected)
        except StepError:
            shutil.rmtree(kept)  # damaged on disk: fetch it anew
    cache.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=cache, prefix=".incoming-") as name:
        incoming = Path(name) / "package"
        _download(folder, incoming)
        package = open_package(incoming, keys, **expected)
        kept = cache / package.digest.removeprefix("sha256:")
        if not kept.exists():
            # A rename either happens or does not: readers never see half a package.
            os.rename(incoming, kept)
        return package


def _download(folder: Folder, target: Path) -> None:
    names = folder.names()
    if MANIFEST not in names:
        raise StoreError(f"{folder.uri}: no package there ({MANIFEST} is missing)")
    if len(names) > MOST_FILES + 2:
        raise StoreError(f"{folder.uri}: {len(names)} objects; at most {MOST_FILES + 2} allowed")
    if odd := [name for name in names if "/" in name or name.startswith(".")]:
        raise StoreError(f"{folder.uri}: {odd[0]!r} does not belong in a package")
    target.mkdir()
    for name in names:
        (target / name).write_bytes(folder.read(name))


def _transient(error: Exception) -> bool:
    if isinstance(error, ClientError):
        return _code(error) in _TRANSIENT
    return isinstance(error, BotoCoreError)


def _code(error: ClientError) -> str:
    return str(error.response.get("Error", {}).get("Code", ""))
