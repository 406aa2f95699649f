"""The lake's side of capture: which segments lie there, and what is in them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Generic

from ml.deployment.capture.journal import SEALED
from ml.deployment.capture.segment import Answer, Feedback, Record, Segment, SegmentName, read


@dataclass(frozen=True, order=True)
class StoredSegment:
    """One segment in the lake."""

    pod: str
    name: SegmentName
    key: str
    size: int
    modified: datetime

    @property
    def writer(self) -> str:
        """The process that wrote it: segments of one writer are numbered from 0."""
        return f"{self.pod}/{self.name.writer}"


class StoredSegments(Generic[Record]):
    """Segments of one kind of records below `s3://bucket/<folder>/<model>/<pod>/`."""

    def __init__(self, s3: Any, lake: str, folder: str, kind: type[Record]) -> None:
        self._s3 = s3
        self._kind: type[Record] = kind
        bucket, _, prefix = lake.removeprefix("s3://").rstrip("/").partition("/")
        self._bucket = bucket
        self._root = f"{prefix}/{folder}/".lstrip("/")
        self._asked_at = datetime.now(UTC)

    def models(self) -> list[str]:
        """Models of which anything was kept."""
        pages = self._pages(self._root, Delimiter="/")
        prefixes = [item["Prefix"] for page in pages for item in page.get("CommonPrefixes", ())]
        return [prefix.removeprefix(self._root).rstrip("/") for prefix in prefixes]

    def segments(self, model: str) -> list[StoredSegment]:
        """Every segment of a model, each writer's in the order of their numbers."""
        root = f"{self._root}{model}/"
        found = []
        for page in self._pages(root):
            for item in page.get("Contents", ()):
                pod, _, file = item["Key"].removeprefix(root).rpartition("/")
                name = SegmentName.parse(file.removesuffix(SEALED))
                if name is not None and file.endswith(SEALED):
                    found.append(
                        StoredSegment(pod, name, item["Key"], item["Size"], item["LastModified"])
                    )
        return sorted(found)

    def now(self) -> datetime:
        """The store's own time when it was asked last: a clock here may be hours wrong."""
        return self._asked_at

    def read(self, segment: StoredSegment) -> Segment[Record]:
        """The whole records in a segment."""
        body = self._s3.get_object(Bucket=self._bucket, Key=segment.key)["Body"].read()
        return read(body, self._kind)

    def delete(self, segments: list[StoredSegment]) -> None:
        """Remove segments whose rows are in the table for good."""
        for start in range(0, len(segments), 1000):
            keys = [{"Key": segment.key} for segment in segments[start : start + 1000]]
            answer = self._s3.delete_objects(
                Bucket=self._bucket, Delete={"Objects": keys, "Quiet": True}
            )
            if errors := answer.get("Errors"):
                raise PermissionError(f"{errors[0]['Key']}: {errors[0].get('Message', '')}")

    def _pages(self, prefix: str, **arguments: str) -> Iterator[dict[str, Any]]:
        paginator = self._s3.get_paginator("list_objects_v2")
        for page in paginator.paginate(Bucket=self._bucket, Prefix=prefix, **arguments):
            told = page["ResponseMetadata"]["HTTPHeaders"].get("date")
            self._asked_at = parsedate_to_datetime(told) if told else datetime.now(UTC)
            yield page


class CapturedSegments(StoredSegments[Answer]):
    """What servers answered."""

    def __init__(self, s3: Any, lake: str) -> None:
        super().__init__(s3, lake, "capture", Answer)


class FeedbackSegments(StoredSegments[Feedback]):
    """What callers said came of it."""

    def __init__(self, s3: Any, lake: str) -> None:
        super().__init__(s3, lake, "feedback", Feedback)
