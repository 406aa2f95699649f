"""A row says what was asked, answered and by whom, and fits the table of every other version."""

from __future__ import annotations

import time
import uuid
from datetime import UTC, datetime, timedelta

import polars as pl
import pytest

from ml.deployment.capture.segment import Answer, Entities, SegmentName, frames, preamble
from ml.monitoring.predictions import MergedTable
from ml.monitoring.rows import FIXED
from tests.ml.serving.cloud import Cloud
from tests.ml.serving.lake import collect, rows, table
from tests.ml.serving.shipping import WRITER, Lake, origin

pytestmark = pytest.mark.slow


@pytest.fixture
def lake(cloud: Cloud) -> Lake:
    return Lake(cloud, f"model_{uuid.uuid4().hex}")


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
