"""No feature of a flight has seen a value that became known after its scheduled departure."""

from datetime import UTC, date, datetime, timedelta

import polars as pl
import pytest

import models.flight_delay.features as code
from ml.data.engine import Engine
from ml.data.features import feature_table
from ml.spec import ModelSpec

pytestmark = pytest.mark.slow

NOW = datetime(2013, 3, 8, 18, 30, tzinfo=UTC)
DAY = pl.date("year", "month", "day")
ON = ["key_flight_date", "key_carrier", "key_flight", "key_origin"]
OUTCOMES = ("dep_time", "dep_delay", "arr_time", "arr_delay", "air_time", "tailnum")
"""What no one knows of a flight before it left or arrived; without a tail number it never left."""


@pytest.fixture(scope="module")
def tables(curated: dict[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    """One week of flights, and everything else."""
    week = curated["flights"].filter(DAY.is_between(date(2013, 3, 4), date(2013, 3, 10)))
    return {**curated, "flights": week}


@pytest.fixture(scope="module")
def moved(tables: dict[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    """The same tables, with another value wherever the true one is known only after NOW."""
    known_at = pl.col("time_hour") + timedelta(minutes=51)
    weather = tables["weather"].with_columns(
        pl.when(known_at > NOW).then(pl.col(name) + 100).otherwise(name).alias(name)
        for name in code.WEATHER
    )
    scheduled = pl.col("time_hour") + pl.duration(minutes="minute")
    left = scheduled + pl.duration(minutes=pl.col("dep_delay").fill_null(0).cast(pl.Int64))
    # A flight that is not there yet is known neither to arrive nor to be cancelled.
    aloft = pl.coalesce(pl.col("arrived_at") > NOW, scheduled > NOW)
    values = {
        **dict.fromkeys(("dep_time", "dep_delay", "tailnum"), left > NOW),
        **dict.fromkeys(("arr_time", "arr_delay", "air_time"), aloft),
    }
    flights = _with_arrivals(tables).with_columns(
        pl.when(unknown).then(_another(name)).otherwise(name).alias(name)
        for name, unknown in values.items()
    )
    return {**tables, "weather": weather, "flights": flights.select(tables["flights"].columns)}


def _with_arrivals(tables: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """The flights with the instant at which each was there, and at which it was due."""
    with Engine() as engine:
        sources = engine.tables(tables)
        landed = code.arrivals(code.population(sources), sources["airports"])
        known = engine.fetch(landed).select(
            pl.col("carrier", "flight", "origin", "flight_date", "arrived_at"),
            due=pl.col("arrived_at") - pl.duration(minutes=pl.col("arr_delay").cast(pl.Int64)),
        )
    keys = ["carrier", "flight", "origin", "flight_date"]
    flights = tables["flights"].with_columns(flight_date=DAY)
    return flights.join(known, on=keys, how="left", maintain_order="left")


def _another(name: str) -> pl.Expr:
    """A value that differs from the true one in a way that a feature would show."""
    value = pl.col(name)
    if name == "tailnum":
        return pl.when(value.is_null()).then(pl.lit("N0"))
    if name != "arr_delay":
        return pl.when(value.is_null()).then(1).otherwise(value + 500)
    # Late becomes on time and on time late, so that every rate that saw one would move; a flight
    # already overdue can only become later, because on time it would be known by now.
    return (
        pl.when(value.is_null() | (value < code.LATE_MINUTES))
        .then(2000.0)
        .when(pl.col("due") > NOW)
        .then(0.0)
        .otherwise(value + 500)
    )


def test_every_outcome_is_moved_in_enough_flights(
    tables: dict[str, pl.DataFrame], moved: dict[str, pl.DataFrame]
) -> None:
    for name in OUTCOMES:
        before, after = tables["flights"][name], moved["flights"][name]
        assert before.ne_missing(after).sum() > 2_000, name
    asked = tables["flights"]["time_hour"] <= NOW
    late = tables["flights"]["dep_time"].ne_missing(moved["flights"]["dep_time"])
    assert (asked & late).sum() > 10, "some flights were due and had not left"


def test_nothing_known_after_the_departure_changes_a_feature(
    spec: ModelSpec, tables: dict[str, pl.DataFrame], moved: dict[str, pl.DataFrame]
) -> None:
    before, after = (feature_table(spec, each).drop("label") for each in (tables, moved))
    due = pl.col("time_hour") + pl.duration(minutes="minute") <= NOW
    asked = tables["flights"].filter(due)
    keys = asked.select(
        key_flight_date=DAY, key_carrier="carrier", key_flight="flight", key_origin="origin"
    )
    same = [frame.join(keys, on=ON, how="semi").sort(ON) for frame in (before, after)]
    assert same[0].height == asked.height > 4_000
    assert same[0].equals(same[1])
    # Later flights may know of it: what was moved is not out of every feature's sight.
    assert not before.join(keys, on=ON, how="anti").equals(after.join(keys, on=ON, how="anti"))
