"""Flights as they were lived: who asks when, and the moment at which each outcome became known."""

from datetime import date
from functools import cache

import polars as pl

from ml.data.contract import load_contract
from ml.data.engine import Engine
from ml.spec import load_model
from models.flight_delay.features import arrivals, population
from models.flight_delay.source import FOLDER, published

KEY = ("flight_date", "carrier", "flight", "origin")
DAY = KEY[0]
ASKED_AT, LABEL, KNOWN_AT = "asked_at", "label", "known_at"


def lived(first: date, last: date) -> pl.DataFrame:
    """Every flight of the local days from `first` to `last`, in the order of its departure.

    Besides what a request by key carries: `asked_at` (UTC), `flight_date`, `label` (null where a
    flight was cancelled or diverted: nobody ever learns whether it would have been late) and
    `known_at` (UTC, null without a label).
    """
    return _year().filter(pl.col(DAY).is_between(first, last))


@cache
def _year() -> pl.DataFrame:
    tables = {name: _typed(name) for name in ("flights", "airports")}
    with Engine() as engine:
        sources = engine.tables(tables)
        rows = population(sources)
        asked = engine.fetch(rows.select(*KEY, "scheduled_departure", "late"))
        landed = arrivals(rows, sources["airports"])
        known = engine.fetch(landed.select(*KEY, "arrived_at"))
    outcomes = asked.join(known, on=KEY, how="left").select(
        *KEY,
        pl.col("scheduled_departure").alias(ASKED_AT),
        pl.col("late").cast(pl.Float64).alias(LABEL),
        pl.col("arrived_at").alias(KNOWN_AT),
    )
    # Moments travel as text in a request.
    said = tables["flights"].with_columns(
        pl.date("year", "month", "day").alias("flight_date"),
        pl.col("time_hour").dt.strftime("%Y-%m-%dT%H:%M:%SZ"),
    )
    return said.join(outcomes, on=KEY, how="inner").sort(ASKED_AT, *KEY)


def _typed(table: str) -> pl.DataFrame:
    """A published table with the types that its contract names."""
    contract = load_contract(load_model(FOLDER).contract_path)
    frame = published(table)
    columns = []
    for column in contract.tables[table].columns:
        text = pl.col(column.name).replace(dict.fromkeys(contract.null_tokens))
        if column.logical_type == "timestamp":
            text = text.str.to_datetime("%Y-%m-%dT%H:%M:%S%#z", time_unit="us")
        columns.append(text if column.logical_type == "timestamp" else text.cast(column.dtype))
    return frame.select(columns)
