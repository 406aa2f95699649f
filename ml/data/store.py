"""Plain objects under one root, a bucket or a folder: landed files, reports, run artifacts."""

import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from ml.data.own_session import RETRIES, own_session
from ml.failures import StepError


@dataclass(frozen=True, kw_only=True)
class StoredObject:
    """One object as a listing shows it."""

    key: str
    size: int


class Store:
    """Reads and writes whole objects below `root` (`s3://bucket/prefix`, or a local path)."""

    def __init__(self, root: str, session: boto3.Session | None = None) -> None:
        self.root = root.rstrip("/")
        self._session = session or own_session()
        self._client: Any = None

    @property
    def remote(self) -> bool:
        """Whether the root is a bucket."""
        return self.root.startswith("s3://")

    def uri(self, key: str) -> str:
        """The full address of a key."""
        return f"{self.root}/{key}"

    def list(self, prefix: str) -> list[StoredObject]:
        """Every object whose key begins with `prefix`, by key."""
        if not self.remote:
            base = Path(self.root)
            files = (path for path in base.rglob("*") if path.is_file())
            found = [(path.relative_to(base).as_posix(), path.stat().st_size) for path in files]
            chosen = sorted(item for item in found if item[0].startswith(prefix))
            return [StoredObject(key=key, size=size) for key, size in chosen]
        bucket, base_key = self._locate("")
        with _told(self.uri(prefix)):
            pages = (
                self._s3()
                .get_paginator("list_objects_v2")
                .paginate(Bucket=bucket, Prefix=base_key + prefix)
            )
            return [
                StoredObject(key=item["Key"][len(base_key) :], size=item["Size"])
                for page in pages
                for item in page.get("Contents", ())
            ]

    def get(self, key: str) -> bytes | None:
        """The object's bytes, or none where there is no such object."""
        if not self.remote:
            path = Path(self.root, key)
            return path.read_bytes() if path.is_file() else None
        bucket, full = self._locate(key)
        with _told(self.uri(key)):
            try:
                body: bytes = self._s3().get_object(Bucket=bucket, Key=full)["Body"].read()
            except ClientError as error:
                if error.response["Error"]["Code"] in ("NoSuchKey", "404"):
                    return None
                raise
        return body

    def put(self, key: str, body: bytes) -> None:
        """Write the object, replacing an older one."""
        if not self.remote:
            self._put_file(Path(self.root, key), body)
            return
        bucket, full = self._locate(key)
        with _told(self.uri(key)):
            self._s3().put_object(Bucket=bucket, Key=full, Body=body)

    def _put_file(self, path: Path, body: bytes) -> None:
        """Readers see the old or the new bytes, never half of them; a failed write leaves none."""
        temporary = path.with_name(f".{path.name}.{os.getpid()}")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            temporary.write_bytes(body)
            temporary.replace(path)
        except OSError as error:
            with suppress(OSError):
                temporary.unlink()
            raise StepError(f"{path}: cannot be written: {error.strerror}") from error

    def _locate(self, key: str) -> tuple[str, str]:
        bucket, _, prefix = self.root.removeprefix("s3://").partition("/")
        return bucket, f"{prefix}/{key}" if prefix else key

    def _s3(self) -> Any:
        if self._client is None:
            # Names of buckets are no host names on an emulator's address.
            style = "path" if os.environ.get("AWS_ENDPOINT_URL") else "auto"
            config = Config(s3={"addressing_style": style}, retries=RETRIES)
            self._client = self._session.client("s3", config=config)
        return self._client


class _told:  # noqa: N801 - reads as a word in `with _told(address)`
    """Turns an AWS refusal into a message that names the address."""

    def __init__(self, address: str) -> None:
        self._address = address

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, ClientError | BotoCoreError):
            raise StepError(f"{self._address}: {error}") from error
