"""A server that writes segments for a model of its own into the emulated lake."""

from __future__ import annotations

import time
from typing import Any

from ml.deployment.capture.segment import Answer, Origin, SegmentName, frames, preamble
from ml.monitoring.captured import CapturedSegments, StoredSegment
from ml.monitoring.collector import Collector
from ml.monitoring.rows import table_rows
from tests.ml.serving.cloud import Cloud
from tests.ml.serving.lake import rows, table

WRITER = "0179545146983405188{}-0028942{}"


class Lake:
    """A model of its own in the emulated lake, and a server that writes segments for it."""

    def __init__(self, cloud: Cloud, model: str) -> None:
        self.cloud = cloud
        self.model = model
        self.expected: set[tuple[str, int]] = set()
        self._s3 = cloud.client("s3")

    def ship(self, writer: int, number: int, *, answers: int = 3, cut: int = 0) -> None:
        """Put one segment; shipping the same one again puts the same bytes."""
        name = SegmentName(WRITER.format(writer, writer), number)
        made = [answer(f"{writer}-{number}-{n}") for n in range(answers)]
        content = preamble(origin(self.model)) + frames(made)
        kept = made[:-1] if cut else made
        self.expected |= {(a.prediction_id, row) for a in kept for row in range(2)}
        self._s3.put_object(
            Bucket="lake",
            Key=f"capture/{self.model}/pod-{writer}/{name}.seg",
            Body=content[: len(content) - cut],
        )

    def segments(self) -> list[StoredSegment]:
        """What lies in the lake."""
        return self.source.segments(self.model)

    @property
    def source(self) -> CapturedSegments:
        """The lake as a collector sees it."""
        return CapturedSegments(self._s3, self.cloud.lake)

    def collector(self, **changes: Any) -> Collector[Answer]:
        """A collector with some of its parts replaced."""
        parts: dict[str, Any] = {
            "source": self.source,
            "table": table(self.cloud, self.model),
            "to_rows": table_rows,
            **changes,
        }
        return Collector(self.model, **parts)

    def check(self) -> None:
        """Every expected row is there once, and no other."""
        found = rows(self.cloud, self.model).select("prediction_id", "row").rows()
        assert sorted(found) == sorted(self.expected)


def origin(model: str, **changes: Any) -> Origin:
    described: dict[str, Any] = {
        "model": model,
        "version": "1",
        "digest": "sha256:1",
        "environment": "dev",
        "pod": "pod",
        "inputs": [("age", "FP32"), ("name", "BYTES")],
        "outputs": [("probability", "FP64")],
    }
    return Origin(**described | changes)


def answer(name: str) -> Answer:
    inputs: list[list[Any]] = [[1.5, float("nan")], ["a", "b"]]
    return Answer(name, time.time_ns(), "me", "r", {"key": "k"}, inputs, [[0.25, 0.5]])
