"""However many append to one table at once, all of them are in it in the end, each once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from deltalake import DeltaTable

from ml.data.lakehouse import Lakehouse
from ml.monitoring.predictions import MergedTable
from sandbox.aws.patches import conditional_put
from tests.recovery import Recovery

pytestmark = pytest.mark.slow

ROWS = pl.DataFrame({"a": [1, 2], "day": [date(2013, 7, 1), date(2013, 7, 2)]})
AT_ONCE = 50
IN_A_BUCKET = 24
"""The emulator answers one after the other, and each overtaken writer asks it six times."""


def append_to_lake(root: str, number: int) -> None:
    assert Lakehouse(root).append("t", ROWS, app_id=f"w{number}", app_version=1)


def append_as_collector(root: str, number: int) -> None:
    table = MergedTable(f"{root}/t", lambda: None, dict(ROWS.schema))
    table.refresh()
    table.append(ROWS, {f"w{number}": 1})


def append_all(append: Callable[[str, int], None], root: str, writers: int) -> None:
    append(root, 0)
    with ThreadPoolExecutor(writers) as pool:
        list(pool.map(lambda number: append(root, number), range(1, writers + 1)))


@pytest.mark.parametrize("append", [append_to_lake, append_as_collector])
def test_of_fifty_appends_none_is_lost(
    append: Callable[[str, int], None], tmp_path: Path, recovery: Recovery
) -> None:
    with recovery.within(60, f"{AT_ONCE} appends at once"):
        append_all(append, str(tmp_path), AT_ONCE)
    table = DeltaTable(tmp_path / "t")
    assert table.to_pyarrow_table().num_rows == (AT_ONCE + 1) * len(ROWS)
    assert {table.transaction_version(f"w{n}") for n in range(AT_ONCE + 1)} == {1}


def test_in_a_bucket_none_is_lost_either(bucket: str, recovery: Recovery) -> None:
    conditional_put.apply()
    with recovery.within(120, f"{IN_A_BUCKET} appends to a bucket at once"):
        append_all(append_to_lake, bucket, IN_A_BUCKET)
    assert Lakehouse(bucket).read("t").frame.height == (IN_A_BUCKET + 1) * len(ROWS)
