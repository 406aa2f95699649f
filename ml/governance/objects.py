"""The few storage operations the ledger rests on, each atomic: create, replace, read, list."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from ml.failures import StepError

_ENTRY = re.compile(r"(\d{8})\.json")
_LOST = {"412", "PreconditionFailed", "409", "ConditionalRequestConflict"}
_MISSING = {"404", "NoSuchKey"}


class Conflict(Exception):  # noqa: N818
    """Another writer was first; look again and retry."""


class LedgerStoreError(StepError):
    """The audit bucket does not answer."""


@dataclass(frozen=True, kw_only=True)
class Objects:
    """The folder `ledger/` of an audit bucket."""

    s3: Any
    bucket: str
    prefix: str = "ledger/"

    def create(self, name: str, content: bytes) -> None:
        """Write an object that must not exist yet."""
        self._put(name, content, IfNoneMatch="*")

    def replace(self, name: str, content: bytes, current: tuple[bytes, str] | None) -> None:
        """Write an object if it is still what `find` gave."""
        condition = {"IfMatch": current[1]} if current else {"IfNoneMatch": "*"}
        self._put(name, content, **condition)

    def find(self, name: str) -> tuple[bytes, str] | None:
        """Content and version tag, or none."""
        try:
            answer = self.s3.get_object(Bucket=self.bucket, Key=self.prefix + name)
        except ClientError as error:
            if _code(error) in _MISSING:
                return None
            raise self._trouble(error) from None
        except BotoCoreError as error:
            raise self._trouble(error) from None
        return answer["Body"].read(), answer["ETag"]

    def read(self, name: str) -> bytes:
        """Content of an object that must be there."""
        found = self.find(name)
        if found is None:
            raise ValueError(f"{name} is missing")
        return found[0]

    def sequences(self) -> list[int]:
        """The numbers of all entries, in order."""
        return sorted(
            int(match[1])
            for item in self._listed("list_objects_v2", "Contents")
            if (match := _ENTRY.fullmatch(item["Key"].removeprefix(self.prefix)))
        )

    def rewritten(self) -> int | None:
        """The first entry that a versioned bucket has in more than one version, or as deleted."""
        seen: set[str] = set()
        suspects = [i["Key"] for i in self._listed("list_object_versions", "DeleteMarkers")]
        for item in self._listed("list_object_versions", "Versions"):
            if item["Key"] in seen:
                suspects.append(item["Key"])
            seen.add(item["Key"])
        numbers = [
            int(match[1])
            for key in suspects
            if (match := _ENTRY.fullmatch(key.removeprefix(self.prefix)))
        ]
        return min(numbers, default=None)

    def _put(self, name: str, content: bytes, **condition: str) -> None:
        try:
            self.s3.put_object(
                Bucket=self.bucket, Key=self.prefix + name, Body=content, **condition
            )
        except ClientError as error:
            if _code(error) in _LOST:
                raise Conflict(name) from None
            raise self._trouble(error) from None
        except BotoCoreError as error:
            raise self._trouble(error) from None

    def _listed(self, operation: str, member: str) -> list[dict[str, Any]]:
        try:
            pages = self.s3.get_paginator(operation).paginate(
                Bucket=self.bucket, Prefix=self.prefix
            )
            return [item for page in pages for item in page.get(member, ())]
        except (ClientError, BotoCoreError) as error:
            raise self._trouble(error) from None

    def _trouble(self, error: Exception) -> LedgerStoreError:
        return LedgerStoreError(f"ledger s3://{self.bucket}/{self.prefix}: {error}")


def _code(error: ClientError) -> str:
    return str(error.response.get("Error", {}).get("Code", ""))
