"""Flights and weather by hand, one line each, for cases that the real tables hold only rarely."""

from datetime import UTC, datetime

import polars as pl

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
ZONES = {"LAX": "America/Los_Angeles", "JFK": "America/New_York", "PHX": "America/Phoenix"}


def flight(
    local: str,
    utc: str,
    *,
    dest: str = "LAX",
    arrives: int = 0,
    delay: float | None = None,
    number: str = "1",
    carrier: str = "AA",
    origin: str = "JFK",
) -> dict[str, object]:
    """A flight that leaves at a local time, which is `utc`; delay none is cancelled."""
    when, instant = datetime.fromisoformat(local), datetime.fromisoformat(utc)
    return {
        "year": when.year,
        "month": when.month,
        "day": when.day,
        "sched_dep_time": when.hour * 100 + when.minute,
        "sched_arr_time": arrives,
        "arr_delay": delay,
        "carrier": carrier,
        "flight": number,
        "origin": origin,
        "dest": dest,
        "distance": 2475.0,
        "hour": when.hour,
        "minute": when.minute,
        "time_hour": instant.replace(minute=0, tzinfo=UTC),
    }


def tables(
    flights: list[dict[str, object]],
    weather: list[tuple[str, float]] = (),  # type: ignore[assignment]
) -> dict[str, pl.DataFrame]:
    """Curated tables with these flights, and at JFK these hours (UTC) with their wind speed."""
    hours = [datetime.fromisoformat(hour).replace(tzinfo=UTC) for hour, _ in weather]
    instant = pl.Datetime("us", "UTC")
    return {
        "flights": pl.DataFrame(
            flights,
            schema_overrides={"arr_delay": pl.Float64, "time_hour": instant},
        ),
        "weather": pl.DataFrame(
            {
                "origin": ["JFK"] * len(hours),
                "time_hour": hours,
                **{name: [speed for _, speed in weather] for name in WEATHER},
            },
            schema={
                "origin": pl.String,
                "time_hour": instant,
                **dict.fromkeys(WEATHER, pl.Float64()),
            },
        ),
        "airports": pl.DataFrame({"faa": list(ZONES), "tzone": list(ZONES.values())}),
    }
