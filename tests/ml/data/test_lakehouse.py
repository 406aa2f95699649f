"""Tables are written once per writer's version and read at a version the reader can name."""

import os
from pathlib import Path

import boto3
import polars as pl
import pyarrow.compute as pc
import pytest

from ml.data.lakehouse import Lakehouse
from ml.data.object_store import storage_options
from ml.data.store import Store
from ml.failures import StepError

pytestmark = pytest.mark.slow

ROWS = pl.DataFrame({"a": [1, 2], "b": ["x", None]})


@pytest.fixture(params=["folder", "bucket"])
def root(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Both kinds of root keep the same promises."""
    if request.param == "folder":
        return str(tmp_path)
    return str(request.getfixturevalue("bucket"))


def test_the_same_append_twice_writes_once(root: str) -> None:
    lake = Lakehouse(root)
    assert lake.append("curated/t", ROWS, app_id="b1", app_version=7)
    assert not lake.append("curated/t", ROWS, app_id="b1", app_version=7)
    assert lake.append("curated/t", ROWS, app_id="b2", app_version=7)
    assert lake.read("curated/t").frame.height == 4
    assert lake.applied("curated/t", "b1") == 7
    assert lake.applied("curated/t", "b3") is None


def test_an_older_version_stays_readable_and_is_named(root: str) -> None:
    lake = Lakehouse(root)
    lake.replace("f", ROWS, app_id="w", app_version=1)
    lake.replace("f", ROWS.head(1).rename({"a": "c"}), app_id="w", app_version=2)
    old, new = lake.read("f", version=0), lake.read("f")
    assert old.frame.equals(ROWS)
    assert new.frame.columns == ["c", "b"]
    assert (old.source.version, new.source.version) == (0, 1)
    assert new.source.uri == f"{root}/f"


def test_no_version_is_forgotten_however_old(tmp_path: Path) -> None:
    lake = Lakehouse(str(tmp_path))
    for version in range(12):
        for entry in tmp_path.glob("t/_delta_log/*.json"):
            os.utime(entry, (0, 0))
        lake.replace("t", ROWS.with_columns(a=version), app_id="w", app_version=version)
    assert (tmp_path / "t/_delta_log/_last_checkpoint").exists()
    assert lake.read("t", version=0).frame["a"].to_list() == [0, 0]
    assert lake.read("t", version=11).frame["a"].to_list() == [11, 11]


def test_rows_of_another_shape_are_refused_and_nothing_is_written(root: str) -> None:
    lake = Lakehouse(root)
    lake.append("t", ROWS, app_id="b1", app_version=1)
    with pytest.raises(StepError, match="t: "):
        lake.append("t", ROWS.rename({"a": "z"}), app_id="b2", app_version=1)
    assert lake.version("t") == 0


def test_a_table_that_is_not_there_is_told_by_its_address(root: str) -> None:
    lake = Lakehouse(root)
    assert lake.version("nothing") is None
    assert lake.columns("nothing", ["a"]) is None
    with pytest.raises(StepError, match="nothing: no such table; run the data pipeline first"):
        lake.read("nothing")


def test_instants_come_back_in_utc(root: str) -> None:
    frame = pl.DataFrame({"t": ["2013-11-03T05:30:00Z"]}).with_columns(
        pl.col("t").str.to_datetime("%Y-%m-%dT%H:%M:%S%#z", time_unit="us")
    )
    lake = Lakehouse(root)
    lake.append("t", frame, app_id="b", app_version=1)
    assert lake.read("t").frame.schema["t"] == pl.Datetime("us", "UTC")
    assert lake.read("t").frame["t"].to_list() == frame["t"].to_list()


def test_objects_are_listed_below_their_prefix_only(root: str) -> None:
    store = Store(root)
    for key in ("landing/a/1.csv", "landing/ab/2.csv", "other/3.csv"):
        store.put(key, b"12345")
    assert [(o.key, o.size) for o in store.list("landing/a/")] == [("landing/a/1.csv", 5)]
    assert store.get("landing/a/1.csv") == b"12345"
    assert store.get("landing/a/9.csv") is None
    store.put("landing/a/1.csv", b"6")
    assert store.get("landing/a/1.csv") == b"6"


def test_a_bucket_that_is_not_there_is_told_by_its_address(bucket: str) -> None:
    with pytest.raises(StepError, match="s3://no-such-bucket/key: "):
        Store("s3://no-such-bucket").put("key", b"")


def test_temporary_credentials_reach_the_tables_too(bucket: str) -> None:
    session = boto3.Session("id", "secret", "token", region_name="eu-west-1")
    options = storage_options(session)
    assert options["AWS_SESSION_TOKEN"] == "token"
    assert options["AWS_ALLOW_HTTP"] == "true"


def test_without_credentials_the_way_out_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    session = boto3.Session(region_name="eu-west-1")
    monkeypatch.setattr(session, "get_credentials", lambda: None)
    with pytest.raises(StepError, match="set AWS_PROFILE"):
        storage_options(session)


def test_without_a_region_none_is_guessed(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_DEFAULT_REGION", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nonexistent")
    with pytest.raises(StepError, match="no AWS region found; set AWS_DEFAULT_REGION"):
        storage_options(boto3.Session("id", "secret"))


def test_a_part_of_a_table_is_replaced_whole_and_the_others_stay(root: str) -> None:
    lake = Lakehouse(root)
    lake.replace_where("m", ROWS.with_columns(w=pl.lit("one")), column="w", value="one")
    lake.replace_where("m", ROWS.with_columns(w=pl.lit("two")), column="w", value="two")
    new = ROWS.head(1).with_columns(w=pl.lit("one"), a=pl.lit(9, pl.Int64))
    lake.replace_where("m", new, column="w", value="one")
    found = lake.read("m").frame.sort("w", "a").select("w", "a").rows()
    assert found == [("one", 9), ("two", 1), ("two", 2)]


def test_a_table_opened_once_is_read_in_parts_of_that_version(root: str) -> None:
    lake = Lakehouse(root)
    assert lake.scan("t") is None
    lake.append("t", ROWS, app_id="b", app_version=1)
    scan = lake.scan("t")
    assert scan is not None
    lake.append("t", ROWS, app_id="b", app_version=2)
    assert scan.columns == ["a", "b"]
    assert scan.read(columns=["a"], where=pc.field("a") > 1).rows() == [(2,)]
    assert scan.read().height == 2
