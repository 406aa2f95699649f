"""A flight asked by key gets the features of the offline table, from 76 days of tables."""

from datetime import date, timedelta

import polars as pl
import pytest

from ml.data.contract import load_contract
from ml.data.features import feature_table
from ml.data.recent import recent_tables, request_columns
from ml.data.requests import DuplicateKeyError, RequestFeatures
from ml.data.window import Window
from ml.spec import ModelSpec

pytestmark = pytest.mark.slow

WEEK = Window(start=date(2013, 6, 17), end=date(2013, 6, 21))


@pytest.fixture(scope="module")
def recent(spec: ModelSpec, curated: dict[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    return recent_tables(spec, load_contract(spec.contract_path), curated)


@pytest.fixture(scope="module")
def questions(spec: ModelSpec, recent: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """Four days of flights as they are asked about: in no order, without any outcome."""
    columns = request_columns(spec, load_contract(spec.contract_path), recent["flights"])
    day = pl.date("year", "month", "day")
    asked = recent["flights"].filter(day >= WEEK.start, day < WEEK.end)
    shuffled = asked.sample(fraction=1, shuffle=True, seed=5)
    return shuffled.select(str(column["name"]) for column in columns)


def test_served_features_are_the_offline_ones_in_the_order_of_the_request(
    spec: ModelSpec,
    curated: dict[str, pl.DataFrame],
    recent: dict[str, pl.DataFrame],
    questions: pl.DataFrame,
) -> None:
    asked = RequestFeatures(spec, recent)(questions)
    offline = feature_table(spec, curated, WEEK)
    keys = [f"key_{name}" for name in spec.data.entity_key]
    named = asked.keys.rename(dict(zip(asked.keys.columns, keys, strict=True)))
    expected = named.join(offline, on=keys, how="left", maintain_order="left")
    assert asked.features.height == questions.height > 3_500
    assert asked.features.equals(expected.select(*spec.features.columns))
    assert asked.keys["flight"].equals(questions["flight"])
    assert asked.event_days is not None
    assert asked.event_days.equals(expected["day"].alias(asked.event_days.name))
    assert asked.features["route_late_8h"].null_count() < questions.height / 2


def test_what_is_known_later_changes_nothing(
    spec: ModelSpec, recent: dict[str, pl.DataFrame], questions: pl.DataFrame
) -> None:
    departure = pl.col("time_hour") + pl.duration(minutes="minute")
    asked = questions.sort(departure).tail(200)
    last = asked.select(departure.max()).item()
    before = RequestFeatures(spec, recent)(asked)
    # Nobody who leaves later has arrived; an hour's weather is known at its minute 51.
    flights = recent["flights"].with_columns(
        pl.when(departure > last).then(999.0).otherwise("arr_delay").alias("arr_delay")
    )
    weather = recent["weather"].with_columns(
        pl.when(pl.col("time_hour") + timedelta(minutes=51) > last)
        .then(-40.0)
        .otherwise("temp")
        .alias("temp")
    )
    assert not flights.equals(recent["flights"])
    assert not weather.equals(recent["weather"])
    after = RequestFeatures(spec, {**recent, "flights": flights, "weather": weather})(asked)
    assert before.features.equals(after.features)


def test_the_windows_that_are_read_lose_nothing(
    spec: ModelSpec, recent: dict[str, pl.DataFrame], questions: pl.DataFrame
) -> None:
    """Reading only 48 hours of flights and 6 of weather gives what reading all of it gives."""
    rules = {
        name: rule.model_copy(update={"reach_hours": None})
        for name, rule in spec.data.recent.items()
    }
    whole = spec.model_copy(update={"data": spec.data.model_copy(update={"recent": rules})})
    asked = questions.head(500)
    read = RequestFeatures(spec, recent)(asked)
    assert read.features.equals(RequestFeatures(whole, recent)(asked).features)


def test_the_same_flight_twice_is_named_by_its_rows(
    spec: ModelSpec, recent: dict[str, pl.DataFrame], questions: pl.DataFrame
) -> None:
    twice = pl.concat([questions.head(3), questions.slice(1, 1)])
    with pytest.raises(DuplicateKeyError, match="rows 1 and 3 have the same key"):
        RequestFeatures(spec, recent)(twice)
