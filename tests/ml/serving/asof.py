"""A lake with as-of tables of flights, and the requests by key that ask about them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl

from ml.data.contract import load_contract
from ml.data.lakehouse import Lakehouse
from ml.data.refresh import refresh
from ml.data.store import Store
from ml.spec import ModelSpec, load_model

FOLDER = Path("models/flight_delay")
FIRST = datetime(2013, 7, 1, 14, tzinfo=UTC)


def spec() -> ModelSpec:
    """The reference model."""
    return load_model(FOLDER)


def flights(hours: int = 24, *, late: float = 0.0) -> pl.DataFrame:
    """One flight an hour from JFK to LAX; every one arrives that many minutes late."""
    moments = [FIRST + timedelta(hours=hour) for hour in range(hours)]
    local = [moment - timedelta(hours=4) for moment in moments]
    rows = [
        {
            "year": there.year,
            "month": there.month,
            "day": there.day,
            "sched_dep_time": there.hour * 100,
            "sched_arr_time": (there.hour + 2) % 24 * 100,
            "carrier": "AA",
            "flight": str(number),
            "origin": "JFK",
            "dest": "LAX",
            "distance": 2475.0,
            "hour": there.hour,
            "minute": 0,
            "time_hour": moment,
            "arr_delay": late,
            "tailnum": "N1",
        }
        for number, (moment, there) in enumerate(zip(moments, local, strict=True))
    ]
    return _typed("flights", pl.DataFrame(rows))


def weather(hours: int = 24) -> pl.DataFrame:
    """An hour's row has its own number as temperature."""
    moments = [FIRST + timedelta(hours=hour) for hour in range(-1, hours)]
    frame = pl.DataFrame({"time_hour": moments, "temp": [float(n) for n in range(len(moments))]})
    return _typed("weather", frame.with_columns(pl.lit("JFK").alias("origin")))


def land(lake: Lakehouse, version: int, flown: pl.DataFrame) -> None:
    """Make `flown` the curated flights, and refresh the as-of tables."""
    airports = pl.DataFrame({"faa": ["LAX"], "tzone": ["America/Los_Angeles"]})
    tables = {
        "flights": flown,
        "weather": weather(),
        "airports": _typed("airports", airports),
        "airlines": _typed("airlines", pl.DataFrame({"carrier": ["AA"]})),
        "planes": _typed("planes", pl.DataFrame({"tailnum": ["N1"]})),
    }
    for name, frame in tables.items():
        lake.replace(f"curated/{name}", frame, app_id="test", app_version=version)
    model = spec()
    refresh(lake, Store(lake.root), model, load_contract(model.contract_path))


def question(rows: pl.DataFrame, **changes: Any) -> dict[str, Any]:
    """The V2 request by key about some flights, with some inputs replaced."""
    outcomes = {*spec().data.outcomes}
    datatypes = {pl.Int64: "INT64", pl.Float64: "FP64"}
    tensors = {
        name: {
            "name": name,
            "datatype": datatypes.get(type(column.dtype), "BYTES"),
            "shape": [rows.height],
            "data": (
                column.dt.strftime("%Y-%m-%dT%H:%M:%SZ") if column.dtype.is_temporal() else column
            ).to_list(),
        }
        for name, column in zip(rows.columns, rows, strict=True)
        if name not in outcomes
    }
    for name, data in changes.items():
        tensors[name] = {**tensors[name], "shape": [len(data)], "data": data}
    return {"inputs": list(tensors.values())}


def _typed(table: str, rows: pl.DataFrame) -> pl.DataFrame:
    """The contract's columns and types; what is not given is missing."""
    schema = load_contract(spec().contract_path).tables[table].schema
    return rows.select(
        pl.col(name).cast(dtype) if name in rows.columns else pl.lit(None, dtype).alias(name)
        for name, dtype in schema.items()
    )
