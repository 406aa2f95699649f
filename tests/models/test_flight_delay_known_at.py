"""A flight's features hold what was known at its scheduled departure, to the minute."""

from datetime import UTC, date, datetime

import polars as pl
import pytest

from ml.data.engine import Engine
from ml.data.features import feature_table, load_features
from ml.data.window import Window
from ml.spec import ModelSpec
from tests.models.flights import flight, tables

pytestmark = pytest.mark.slow


def arrived(spec: ModelSpec, made: dict[str, object]) -> datetime:
    """When the delay of one flight became known."""
    import models.flight_delay.features as code

    with Engine(threads=1) as engine:
        sources = engine.tables(tables([made]))
        flights = code.arrivals(code.population(sources), sources["airports"])
        (found,) = engine.fetch(flights)["arrived_at"].to_list()
    assert isinstance(found, datetime)
    return found.astimezone(UTC)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("case", "made", "expected"),
    [
        (
            "the destination's clock, three hours behind",
            flight("2013-01-15T10:00", "2013-01-15T15:00", arrives=1315, delay=20),
            "2013-01-15T21:35",
        ),
        (
            "arrival on the next local day",
            flight("2013-01-15T23:30", "2013-01-16T04:30", arrives=115, delay=0),
            "2013-01-16T09:15",
        ),
        (
            "San Juan is not among the airports: four hours behind UTC all year",
            flight("2013-01-15T10:00", "2013-01-15T15:00", dest="SJU", arrives=1450, delay=-10),
            "2013-01-15T18:40",
        ),
        (
            "San Juan in summer shows New York's time",
            flight("2013-07-15T10:00", "2013-07-15T14:00", dest="SJU", arrives=1350, delay=0),
            "2013-07-15T17:50",
        ),
        (
            "Phoenix has no summer time",
            flight("2013-07-15T10:00", "2013-07-15T14:00", dest="PHX", arrives=1200, delay=60),
            "2013-07-15T20:00",
        ),
        (
            "summer time ends on the way: leaves at EDT, arrives at PST",
            flight("2013-11-02T23:30", "2013-11-03T03:30", arrives=230, delay=0),
            "2013-11-03T10:30",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_delay_is_known_at_the_actual_arrival(
    spec: ModelSpec, case: str, made: dict[str, object], expected: str
) -> None:
    assert arrived(spec, made) == utc(expected)


def rates(spec: ModelSpec, arrival_delay: float) -> float | None:
    """The carrier's rate seen by a flight at 15:00 UTC, of one that was due at 14:00."""
    earlier = flight(
        "2013-01-15T05:00", "2013-01-15T10:00", arrives=600, delay=arrival_delay, number="9"
    )
    asked = flight("2013-01-15T10:00", "2013-01-15T15:00", arrives=1315)
    table = feature_table(spec, tables([earlier, asked]))
    found = table.filter(pl.col("key_flight") == "1")["carrier_late_2h"].to_list()[0]
    assert found is None or isinstance(found, float)
    return found


def test_a_delay_counts_from_the_minute_of_arrival_and_not_a_minute_before(
    spec: ModelSpec,
) -> None:
    assert rates(spec, 60.0) == 1.0
    assert rates(spec, 61.0) is None


def wind(spec: ModelSpec, departure: str, *hours: tuple[str, float]) -> float | None:
    asked = flight(departure, departure, arrives=1315)
    found = feature_table(spec, tables([asked], list(hours)))["wind_speed"].to_list()[0]
    assert found is None or isinstance(found, float)
    return found


def test_an_hour_of_weather_is_known_at_its_minute_51(spec: ModelSpec) -> None:
    hours = ("2013-01-15T14:00", 5.0), ("2013-01-15T15:00", 9.0)
    assert wind(spec, "2013-01-15T15:50", *hours) == 5.0
    assert wind(spec, "2013-01-15T15:51", *hours) == 9.0


def test_weather_older_than_three_hours_is_missing(spec: ModelSpec) -> None:
    assert wind(spec, "2013-01-15T17:51", ("2013-01-15T14:00", 5.0)) == 5.0
    assert wind(spec, "2013-01-15T17:52", ("2013-01-15T14:00", 5.0)) is None


def test_the_hour_that_comes_twice_has_two_weathers(spec: ModelSpec) -> None:
    """On 3 November, 01:30 local is 05:30 and then 06:30 UTC: keyed by local time, one is lost."""
    hours = [("2013-11-03T04:00", 4.0), ("2013-11-03T05:00", 5.0)]
    first = flight("2013-11-03T01:30", "2013-11-03T05:30", number="1")
    again = flight("2013-11-03T01:30", "2013-11-03T06:30", number="2")
    table = feature_table(spec, tables([first, again], hours))
    assert table["wind_speed"].to_list() == [4.0, 5.0]


def test_the_last_flights_of_a_day_belong_to_their_local_day(spec: ModelSpec) -> None:
    late = flight("2013-01-31T23:00", "2013-02-01T04:00")
    january = Window(start=date(2013, 1, 1), end=date(2013, 2, 1))
    assert feature_table(spec, tables([late]), january)["day"].to_list() == [date(2013, 1, 31)]


def test_a_cancelled_flight_is_a_row_without_a_label(spec: ModelSpec) -> None:
    made = [
        flight("2013-01-15T10:00", "2013-01-15T15:00", number="1"),
        flight("2013-01-15T10:00", "2013-01-15T15:00", number="2", delay=29.0, arrives=1315),
        flight("2013-01-15T10:00", "2013-01-15T15:00", number="3", delay=30.0, arrives=1315),
    ]
    assert feature_table(spec, tables(made))["label"].to_list() == [None, 0.0, 1.0]


def test_the_feature_code_is_named_when_it_is_missing(spec: ModelSpec) -> None:
    assert load_features(spec.folder) is load_features(spec.folder)
