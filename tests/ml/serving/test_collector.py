"""Every captured answer is in the predictions table exactly once, whatever fails on the way."""

from __future__ import annotations

import threading
import time
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl
import pytest
from deltalake import DeltaTable

from ml.deployment.capture.segment import (
    Answer,
    Entities,
    Origin,
    SegmentName,
    frames,
    preamble,
)
from ml.monitoring.captured import CapturedSegments, StoredSegment
from ml.monitoring.collector import GAP, GRACE, Collector
from ml.monitoring.predictions import MergedTable, PredictionsTable
from ml.monitoring.rows import FIXED, table_rows
from tests.ml.serving.cloud import Cloud
from tests.ml.serving.lake import collect, rows, table
from tests.recovery import Recovery

pytestmark = pytest.mark.slow

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


@pytest.fixture
def lake(cloud: Cloud) -> Lake:
    return Lake(cloud, f"model_{uuid.uuid4().hex}")


def test_a_look_that_finds_nothing_new_asks_the_log_once_for_each_writer(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Merged segments stay ten minutes, and each question reads the log's newest commits."""
    asked: list[str] = []
    look = DeltaTable.transaction_version

    def counted(table: DeltaTable, writer: str) -> int | None:
        asked.append(writer)
        return look(table, writer)

    for writer in range(2):
        for number in range(6):
            lake.ship(writer, number)
    collector = lake.collector()
    collector.run()
    monkeypatch.setattr(DeltaTable, "transaction_version", counted)
    assert collector.run().rows == 0
    assert sorted(asked) == [f"pod-{n}/{WRITER.format(n, n)}" for n in range(2)]
    lake.ship(0, 6)
    assert collector.run().segments == 1
    lake.check()


def test_rows_carry_what_was_asked_answered_and_by_whom(lake: Lake) -> None:
    lake.ship(0, 0, answers=1)
    assert collect(lake.cloud, lake.model).rows == 2
    first, second = rows(lake.cloud, lake.model).sort("row").to_dicts()
    assert (first["input_age"], second["input_age"]) == (1.5, None)
    assert (first["input_name"], first["output_probability"]) == ("a", 0.25)
    assert (first["version"], first["package_digest"], first["caller"]) == ("1", "sha256:1", "me")
    assert first["parameters"] == '{"key": "k"}'
    assert first["day"] == first["time"].date()
    assert abs(first["time"] - datetime.now(UTC)) < timedelta(minutes=1)


def test_running_again_and_shipping_again_changes_nothing(lake: Lake) -> None:
    lake.ship(0, 0)
    lake.ship(0, 1)
    assert collect(lake.cloud, lake.model).segments == 2
    assert collect(lake.cloud, lake.model).segments == 0
    lake.ship(0, 0)
    lake.ship(0, 1)
    lake.ship(1, 0)
    assert collect(lake.cloud, lake.model).segments == 1
    lake.check()


def test_a_segment_shipped_again_after_its_deletion_changes_nothing(lake: Lake) -> None:
    lake.ship(0, 0)
    later = lake.collector(clock=lambda: datetime.now(UTC) + GRACE * 2)
    assert later.run().deleted == 1
    assert lake.segments() == []
    lake.ship(0, 0)
    assert collect(lake.cloud, lake.model).rows == 0
    lake.check()


def test_merged_segments_stay_for_the_grace(lake: Lake) -> None:
    lake.ship(0, 0)
    assert collect(lake.cloud, lake.model).deleted == 0
    assert len(lake.segments()) == 1


def test_a_number_that_is_still_on_its_way_is_waited_for(lake: Lake) -> None:
    lake.ship(0, 0)
    lake.ship(0, 2)
    collected = collect(lake.cloud, lake.model)
    assert (collected.segments, collected.waiting) == (1, 1)
    lake.ship(0, 1)
    assert collect(lake.cloud, lake.model).segments == 2
    lake.check()


def test_a_number_that_never_comes_does_not_hold_up_the_rest_for_ever(lake: Lake) -> None:
    lake.ship(0, 1)
    assert collect(lake.cloud, lake.model).waiting == 1
    later = lake.collector(clock=lambda: datetime.now(UTC) + GAP * 2)
    assert later.run().segments == 1
    lake.check()


def test_torn_and_empty_segments_lose_only_what_was_never_sent(lake: Lake) -> None:
    lake.ship(0, 0, cut=3)
    lake.ship(0, 1)
    lake._s3.put_object(
        Bucket="lake",
        Key=f"capture/{lake.model}/pod-0/{SegmentName(WRITER.format(0, 0), 2)}.seg",
        Body=b"MYC",
    )
    lake.ship(0, 3)
    assert collect(lake.cloud, lake.model).segments == 4
    lake.check()


class Crash(Exception):  # noqa: N818 - stands for kill -9
    """The collector dies here."""


@pytest.mark.parametrize("point", ["list", "read", "before commit", "after commit", "delete"])
def test_a_crash_between_any_two_steps_neither_loses_nor_doubles(
    lake: Lake, point: str, recovery: Recovery
) -> None:
    for number in range(3):
        lake.ship(0, number)
    source, stored = lake.source, table(lake.cloud, lake.model)

    class DyingSource:
        def segments(self, model: str) -> list[StoredSegment]:
            if point == "list":
                raise Crash
            return source.segments(model)

        def read(self, segment: StoredSegment) -> Any:
            if point == "read" and segment.name.number == 1:
                raise Crash
            return source.read(segment)

        def delete(self, segments: list[StoredSegment]) -> None:
            source.delete(segments[:1])
            raise Crash

    class DyingTable(PredictionsTable):
        def append(self, rows: pl.DataFrame, merged: Any) -> None:
            if point == "before commit":
                raise Crash
            stored.refresh()
            stored.append(rows, merged)
            if point == "after commit":
                raise Crash

    dying = lake.collector(
        source=DyingSource(),
        table=DyingTable(stored._uri, stored._options),
        clock=lambda: datetime.now(UTC) + GRACE * 2,
    )
    with pytest.raises(Crash):
        dying.run()
    with recovery.within(20, f"the collector killed: {point}"):
        collect(lake.cloud, lake.model)
    lake.check()


def test_collectors_at_once_add_each_row_once(lake: Lake) -> None:
    for writer in range(3):
        for number in range(4):
            lake.ship(writer, number)
    barrier = threading.Barrier(4)
    failures: list[BaseException] = []

    def run() -> None:
        barrier.wait()
        try:
            collect(lake.cloud, lake.model)
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    lake.check()


def test_a_version_with_other_inputs_fits_into_the_same_table(lake: Lake) -> None:
    lake.ship(0, 0, answers=1)
    collect(lake.cloud, lake.model)
    changed = origin(lake.model, version="2", inputs=[("age", "BYTES"), ("height", "INT64")])
    made = Answer("new", time.time_ns(), "", "", {}, [["old"], [180]], [[0.75]])
    lake._s3.put_object(
        Bucket="lake",
        Key=f"capture/{lake.model}/pod-1/{SegmentName(WRITER.format(1, 1), 0)}.seg",
        Body=preamble(changed) + frames([made]),
    )
    collect(lake.cloud, lake.model)
    row = rows(lake.cloud, lake.model).filter(version="2").to_dicts()[0]
    assert (row["input_age"], row["input_age__string"], row["input_height"]) == (None, "old", 180)


def test_rows_by_key_fit_into_a_table_from_before_them(lake: Lake) -> None:
    session_options = table(lake.cloud, lake.model)._options
    old = {name: dtype for name, dtype in FIXED.items() if not name.startswith("event_")}
    before = MergedTable(table(lake.cloud, lake.model)._uri, session_options, old)
    before.append(pl.DataFrame(schema=old), {})
    lake.ship(0, 0, answers=1)
    entities = Entities(
        names=["flight", "flight_date"],
        values=[["7"], ["2013-07-01"]],
        times_us=[1372687200000000],
        days=["2013-07-01"],
    )
    made = Answer("keyed", time.time_ns(), "", "", {}, [[1.0], ["a"]], [[0.75]], entities)
    lake._s3.put_object(
        Bucket="lake",
        Key=f"capture/{lake.model}/pod-1/{SegmentName(WRITER.format(1, 1), 0)}.seg",
        Body=preamble(origin(lake.model)) + frames([made]),
    )
    assert collect(lake.cloud, lake.model).rows == 3
    found = rows(lake.cloud, lake.model)
    keyed = found.filter(prediction_id="keyed").to_dicts()[0]
    assert (keyed["key_flight"], keyed["key_flight_date"]) == ("7", "2013-07-01")
    assert keyed["event_time"] == datetime(2013, 7, 1, 14, tzinfo=UTC)
    assert str(keyed["event_day"]) == "2013-07-01"
    plain = found.filter(pl.col("prediction_id") != "keyed")
    assert plain.select("key_flight", "event_time", "event_day").null_count().row(0) == (2, 2, 2)
