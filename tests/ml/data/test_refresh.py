"""Servers get the recent part of what is known, without personal columns, all of one moment."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from ml.data.contract import Contract, load_contract
from ml.data.current import current_key
from ml.data.lakehouse import Lakehouse
from ml.data.recent import recent_tables, request_columns
from ml.data.refresh import refresh
from ml.data.store import Store
from ml.failures import StepError
from ml.spec import ModelSpec, load_model
from ml.spec_sections import Recent

pytestmark = pytest.mark.slow

NEWEST = datetime(2013, 7, 31, tzinfo=UTC)


@pytest.fixture(scope="module")
def spec() -> ModelSpec:
    return load_model(Path("models/flight_delay"))


@pytest.fixture(scope="module")
def contract(spec: ModelSpec) -> Contract:
    return load_contract(spec.contract_path)


@pytest.fixture(scope="module")
def curated(contract: Contract) -> dict[str, pl.DataFrame]:
    """One row per day from May to July in the tables that have a time; one in the others."""
    instants = [NEWEST - timedelta(days=days) for days in range(90)]
    tables = {}
    for name, table in contract.tables.items():
        timed = "time_hour" in table.schema
        frame = pl.DataFrame({"_batch": ["b"] * (90 if timed else 1)})
        tables[name] = frame.with_columns(
            pl.lit(None, dtype).alias(column) for column, dtype in table.schema.items()
        )
        if timed:
            moments = pl.Series("time_hour", instants, dtype=pl.Datetime("us", "UTC"))
            tables[name] = tables[name].with_columns(moments)
    return tables


def test_each_table_is_cut_by_its_own_newest_row(
    spec: ModelSpec, contract: Contract, curated: dict[str, pl.DataFrame]
) -> None:
    recent = {
        "flights": Recent(column="time_hour", days=45),
        "weather": Recent(column="time_hour", days=20),
    }
    shorter = spec.model_copy(update={"data": spec.data.model_copy(update={"recent": recent})})
    kept = recent_tables(shorter, contract, curated)
    assert {name: frame.height for name, frame in kept.items()} == {
        "flights": 46,
        "weather": 21,
        "airports": 1,
        "airlines": 1,
        "planes": 1,
    }
    assert kept["flights"]["time_hour"].min() == NEWEST - timedelta(days=45)


def test_personal_columns_stay_behind_unless_a_feature_or_the_key_needs_them(
    spec: ModelSpec, contract: Contract, curated: dict[str, pl.DataFrame]
) -> None:
    kept = recent_tables(spec, contract, curated)
    assert "tailnum" not in {*kept["flights"].columns, *kept["planes"].columns}
    assert "flight" in kept["flights"].columns
    assert "_batch" not in kept["flights"].columns


def test_a_request_has_neither_label_nor_outcome(
    spec: ModelSpec, contract: Contract, curated: dict[str, pl.DataFrame]
) -> None:
    asked = request_columns(spec, contract, curated["flights"])
    names = "year month day sched_dep_time sched_arr_time carrier flight origin dest distance hour"
    assert [column["name"] for column in asked] == [*names.split(), "minute", "time_hour"]
    assert asked[-1] == {"name": "time_hour", "type": "timestamp", "required": True}


def test_a_base_table_without_a_time_keeps_its_columns_only() -> None:
    spec = load_model(Path("models/diabetes"))
    contract = load_contract(spec.contract_path)
    schema = contract.tables["patients"].schema
    patients = pl.DataFrame({name: [None] for name in schema}, schema=schema)
    kept = recent_tables(spec, contract, {"patients": patients})["patients"]
    assert (kept.height, kept.columns) == (0, list(schema))
    assert "progression" not in {c["name"] for c in request_columns(spec, contract, kept)}


def test_a_column_that_is_no_instant_is_told(
    spec: ModelSpec, contract: Contract, curated: dict[str, pl.DataFrame]
) -> None:
    data = spec.data.model_copy(update={"recent": {"flights": Recent(column="carrier")}})
    wrong = spec.model_copy(update={"data": data})
    with pytest.raises(StepError, match=r"data.recent.flights.column: 'carrier'.*time_hour"):
        recent_tables(wrong, contract, curated)


def test_a_second_run_changes_nothing_and_new_rows_change_all_tables_at_once(
    tmp_path: Path, spec: ModelSpec, contract: Contract, curated: dict[str, pl.DataFrame]
) -> None:
    lake, files = Lakehouse(str(tmp_path)), Store(str(tmp_path))
    assert {done.state for done in refresh(lake, files, spec, contract)} == {"has not landed yet"}
    assert files.get(current_key(spec.name)) is None
    for name, frame in curated.items():
        lake.append(f"curated/{name}", frame, app_id="b", app_version=1)
    assert {done.state for done in refresh(lake, files, spec, contract)} == {"refreshed"}
    first = files.get(current_key(spec.name))
    assert {d.state for d in refresh(lake, files, spec, contract)} == {"already refreshed"}
    assert files.get(current_key(spec.name)) == first
    later = curated["flights"].head(1).with_columns(pl.col("time_hour") + timedelta(days=10))
    lake.append("curated/flights", later, app_id="b", app_version=2)
    refresh(lake, files, spec, contract)
    before, after = json.loads(first or b""), json.loads(files.get(current_key(spec.name)) or b"")
    assert before["state"] != after["state"]
    assert {table["version"] for table in after["tables"].values()} == {1}
    # Readers of the older tables still find their files.
    for told in (before, after):
        for table in told["tables"].values():
            assert all((tmp_path / file).is_file() for file in table["files"])
    (flights,) = after["tables"]["flights"]["files"]
    assert pl.read_parquet(tmp_path / flights)["time_hour"].max() == NEWEST + timedelta(days=10)
