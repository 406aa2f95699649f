"""Every captured answer is in the predictions table exactly once, whatever fails on the way."""

from __future__ import annotations

import threading
import uuid
from datetime import UTC, datetime
from typing import Any

import polars as pl
import pytest
from deltalake import DeltaTable

from ml.deployment.capture.segment import SegmentName
from ml.monitoring.captured import StoredSegment
from ml.monitoring.collector import GAP, GRACE
from ml.monitoring.predictions import PredictionsTable
from tests.ml.serving.cloud import Cloud
from tests.ml.serving.lake import collect, table
from tests.ml.serving.shipping import WRITER, Lake
from tests.recovery import Recovery

pytestmark = pytest.mark.slow


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
