"""A damaged table is an error that names it, and a file that no commit names holds no rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from ml.data.lakehouse import Lakehouse
from ml.failures import StepError

pytestmark = pytest.mark.slow

ROWS = pl.DataFrame({"a": [1, 2], "b": ["x", None]})
READERS: dict[str, Callable[[Lakehouse], object]] = {
    "version": lambda lake: lake.version("curated/t"),
    "schema": lambda lake: lake.schema("curated/t"),
    "files": lambda lake: lake.files("curated/t"),
    "read": lambda lake: lake.read("curated/t"),
    "scan": lambda lake: lake.scan("curated/t"),
    "columns": lambda lake: lake.columns("curated/t", ["a"]),
    "applied": lambda lake: lake.applied("curated/t", "first"),
    "append": lambda lake: lake.append("curated/t", ROWS, app_id="third", app_version=1),
}


@pytest.fixture
def lake(tmp_path: Path) -> Lakehouse:
    """A table with two commits of two rows each."""
    lake = Lakehouse(str(tmp_path))
    for writer in ("first", "second"):
        lake.append("curated/t", ROWS, app_id=writer, app_version=1)
    return lake


@pytest.fixture
def commit(lake: Lakehouse) -> Path:
    """The file of the second commit."""
    return Path(lake.root, "curated/t/_delta_log", f"{1:020}.json")


@pytest.mark.parametrize("ask", READERS.values(), ids=READERS)
def test_whoever_opens_a_table_with_half_a_commit_is_told_which_it_is(
    lake: Lakehouse, commit: Path, ask: Callable[[Lakehouse], object]
) -> None:
    whole = commit.read_bytes()
    commit.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(StepError, match=f"^{lake.uri('curated/t')}: .*Truncated"):
        ask(lake)
    commit.write_bytes(whole)
    ask(lake)


def test_only_a_cut_between_two_entries_of_a_commit_gets_through(
    lake: Lakehouse, commit: Path
) -> None:
    """Each entry is a line, and nothing in a commit says how many there are."""
    whole = commit.read_bytes()
    read = Counter[bool]()
    for place in range(len(whole)):
        commit.write_bytes(whole[:place])
        between = place == 0 or b"\n" in whole[place - 1 : place + 1]
        if between:
            assert lake.read("curated/t").frame.height in (2, 4)
        else:
            with pytest.raises(StepError, match=lake.uri("curated/t")):
                lake.read("curated/t")
        read[between] += 1
    assert read[True] == 5
    assert read[False] > 100


def test_half_a_first_commit_is_no_missing_table(tmp_path: Path) -> None:
    lake = Lakehouse(str(tmp_path))
    lake.append("t", ROWS, app_id="w", app_version=1)
    (first,) = tmp_path.glob("t/_delta_log/*.json")
    first.write_bytes(first.read_bytes()[:100])
    with pytest.raises(StepError, match=lake.uri("t")):
        lake.version("t")
    with pytest.raises(StepError, match=lake.uri("t")):
        lake.append("t", ROWS, app_id="w", app_version=2)


DAMAGES: dict[str, Callable[[Path], object]] = {
    "cut in half": lambda file: file.write_bytes(file.read_bytes()[: file.stat().st_size // 2]),
    "emptied": lambda file: file.write_bytes(b""),
    "gone": lambda file: file.unlink(),
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_a_data_file_that_is_no_longer_what_was_committed_is_told_with_its_table(
    lake: Lakehouse, damage: Callable[[Path], object]
) -> None:
    scan = lake.scan("curated/t")
    assert scan is not None
    damage(next(Path(lake.root, "curated/t").glob("*.parquet")))
    for read in (
        lambda: lake.read("curated/t"),
        lambda: lake.columns("curated/t", ["a"]),
        scan.read,
    ):
        with pytest.raises(StepError, match=f"^{lake.uri('curated/t')}: "):
            read()


def test_a_data_file_that_no_commit_names_is_not_read(lake: Lakehouse) -> None:
    """What a writer leaves that was killed before its commit."""
    before = lake.read("curated/t")
    orphan = Path(lake.root, "curated/t", "part-00000-left-behind-c000.snappy.parquet")
    ROWS.with_columns(a=pl.lit(9, pl.Int64)).write_parquet(orphan)
    after = lake.read("curated/t")
    assert (after.frame.rows(), after.source) == (before.frame.rows(), before.source)
    scan = lake.scan("curated/t")
    assert scan is not None
    assert scan.read().height == 4
    assert not [key for key in lake.files("curated/t") if "left-behind" in key]
