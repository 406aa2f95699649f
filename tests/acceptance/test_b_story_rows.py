"""Promise: no stage of the story works on fewer rows than its spec says, and each says how many.

Counted once more here, from the tables as they were published.
"""

from datetime import date
from typing import Any

import polars as pl
import pytest

from models.flight_delay.source import published
from tests.acceptance.checkout import Checkout
from tests.acceptance.telling import Telling, story

pytestmark = pytest.mark.engine

PLANTED = 6
"""Rows that the story lands to have them caught; raw tables have them, no training does."""
SMALLEST_CLASS = 5
"""A route of a carrier with fewer flights is not in the mirror that development reads."""
STAGINGS_SAMPLE = 16_979
"""Of 56,533, by a hash of the key: its spec says 30 %."""
APRIL, JUNE = date(2013, 4, 30), date(2013, 6, 30)
HELD_OUT_FROM = {APRIL: date(2013, 3, 6), JUNE: date(2013, 5, 6)}
"""The last 56 days are what a version is judged on."""


@pytest.fixture(scope="module")
def chapters(telling: Telling, deployed: Checkout) -> dict[str, Any]:
    """What the story wrote down of each stage."""
    told: dict[str, Any] = story(deployed)["chapters"]
    return told


@pytest.fixture(scope="module")
def flights() -> pl.DataFrame:
    return by_day("flights")


def by_day(table: str) -> pl.DataFrame:
    day = pl.date(*(pl.col(name).cast(int) for name in ("year", "month", "day")))
    return published(table).with_columns(on=day)


def landed(until: date) -> dict[str, int]:
    found = {name: by_day(name).filter(pl.col("on") <= until) for name in ("flights", "weather")}
    return {"flights": found["flights"].height + PLANTED, "weather": found["weather"].height}


def learned_and_judged(flights: pl.DataFrame, until: date) -> dict[str, int]:
    known = flights.filter(pl.col("on") <= until)
    held_out = known.filter(pl.col("on") >= HELD_OUT_FROM[until]).height
    return {"training": known.height - held_out, "holdout": held_out}


def rows(chapter: dict[str, Any]) -> dict[str, int]:
    return dict(chapter["facts"]["rows"])


def test_every_flight_and_hour_of_the_first_months_lands(chapters: dict[str, Any]) -> None:
    assert rows(chapters["data"]) == landed(APRIL) == {"flights": 109_125, "weather": 8_622}


def test_development_learns_from_all_that_the_mirror_may_show(
    chapters: dict[str, Any], flights: pl.DataFrame
) -> None:
    first = flights.filter(pl.col("on") <= APRIL)
    shown = first.filter(pl.len().over("carrier", "origin", "dest") >= SMALLEST_CLASS)
    assert rows(chapters["development"]) == learned_and_judged(shown, APRIL)
    assert rows(chapters["development"]) == {"training": 56_508, "holdout": 52_567}


def test_staging_learns_from_a_sample_and_is_judged_on_all(
    chapters: dict[str, Any], flights: pl.DataFrame
) -> None:
    whole = learned_and_judged(flights, APRIL)
    assert rows(chapters["staging"]) == {**whole, "training": STAGINGS_SAMPLE}
    assert abs(STAGINGS_SAMPLE - 0.3 * whole["training"]) < 200


def test_prod_learns_from_all(chapters: dict[str, Any], flights: pl.DataFrame) -> None:
    assert rows(chapters["prod"]) == learned_and_judged(flights, APRIL)
    assert rows(chapters["prod"]) == {"training": 56_533, "holdout": 52_586}


def test_the_second_version_learns_from_two_months_more(
    chapters: dict[str, Any], flights: pl.DataFrame
) -> None:
    expected = {**landed(JUNE), **learned_and_judged(flights, JUNE)}
    assert rows(chapters["second"]) == expected
    assert expected == {
        "flights": 166_164,
        "weather": 13_014,
        "training": 113_701,
        "holdout": 52_457,
    }
