"""What is known of a flight at its scheduled departure, in training and in requests alike."""

from collections.abc import Mapping
from datetime import timedelta

import ibis
import ibis.expr.types as ir

from ml.data.asof import known_from, latest_known, trailing_rate
from ml.data.engine import to_instant, to_local
from ml.spec import ModelSpec

LATE_MINUTES = 30
# San Juan, Aguadilla, Ponce and Saint Thomas are missing from the airports table; all of them
# keep the time of Puerto Rico.
ELSEWHERE = "America/Puerto_Rico"
WEATHER = (
    "temp",
    "dewp",
    "humid",
    "wind_dir",
    "wind_speed",
    "wind_gust",
    "precip",
    "pressure",
    "visib",
)
# Delays spread within hours: days or weeks of history add nothing on later months.
WINDOWS = {"2h": timedelta(hours=2), "8h": timedelta(hours=8)}
TRAILING = {"carrier": ("carrier",), "route": ("origin", "dest"), "origin": ("origin",)}


def population(tables: Mapping[str, ir.Table]) -> ir.Table:
    """One row per flight: key, moment of the question, label where the flight arrived."""
    flights = tables["flights"]
    date = ibis.date(flights["year"], flights["month"], flights["day"])
    # The hour is UTC in the source; a local hour comes twice when summer time ends.
    departure = flights["time_hour"] + flights["minute"].as_interval("m")
    return flights.select(
        "carrier",
        "flight",
        "origin",
        "dest",
        "distance",
        "sched_arr_time",
        "arr_delay",
        flight_date=date,
        scheduled_departure=departure,
        departure_hour=flights["hour"],
        departure_minute=flights["hour"] * 60 + flights["minute"],
        weekday=date.day_of_week.index(),
        # A cancelled or diverted flight has no delay, hence no label: it stays a valid row.
        late=(flights["arr_delay"] >= LATE_MINUTES).cast("int8"),
    )


def arrivals(flights: ir.Table, airports: ir.Table) -> ir.Table:
    """Labelled flights with the instant at which they were there."""
    zones = airports.select(dest_zone="tzone", faa="faa")
    landed = flights.filter(flights["arr_delay"].notnull())
    landed = landed.left_join(zones, landed["dest"] == zones["faa"])
    landed = landed.mutate(zone=landed["dest_zone"].fill_null(ELSEWHERE))
    # The clock at the destination when the flight leaves; it arrives at the next moment when
    # that clock shows the scheduled arrival.
    leaves = to_local(landed["scheduled_departure"], landed["zone"])
    minutes = landed["sched_arr_time"] // 100 * 60 + landed["sched_arr_time"] % 100
    same_day = leaves.truncate("D") + minutes.as_interval("m")
    arrives = ibis.ifelse(same_day < leaves, same_day + ibis.interval(days=1), same_day)
    scheduled = to_instant(arrives, landed["zone"])
    arrived = scheduled + landed["arr_delay"].cast("int64").as_interval("m")
    return landed.mutate(arrived_at=arrived).drop("dest_zone", "faa", "zone")


def build(rows: ir.Table, tables: Mapping[str, ir.Table], spec: ModelSpec) -> ir.Table:
    """`rows` of the population with every feature, from what `tables` held known at the time."""
    known = spec.data.known_at
    weather = known_from(tables["weather"], known["weather"])
    rows = latest_known(
        rows,
        weather,
        at="scheduled_departure",
        by=("origin",),
        columns=WEATHER,
        tolerance=timedelta(minutes=known["weather"].tolerance_minutes or 180),
    )
    late = known_from(arrivals(population(tables), tables["airports"]), known["flights"])
    for name, by in TRAILING.items():
        rows = trailing_rate(
            rows,
            late,
            at="scheduled_departure",
            by=by,
            value="late",
            windows={f"{name}_late_{window}": length for window, length in WINDOWS.items()},
        )
    return rows
