"""The landing batches hold the public tables as published, cut by local month."""

import io

import polars as pl
import pytest

from ml.data.quality import Checked
from models.flight_delay import source


def read(body: bytes) -> pl.DataFrame:
    return pl.read_csv(io.BytesIO(body), infer_schema=False)


def test_months_are_local_and_whole_tables_land_once() -> None:
    landed = source.batches([1, 12])
    assert set(landed) == {"flights", "weather", "airports", "airlines", "planes"}
    assert list(landed["flights"]) == ["2013-01.csv", "2013-12.csv"]
    december = read(landed["flights"]["2013-12.csv"])
    assert december.height == 28135
    assert december.filter(pl.col("time_hour").str.starts_with("2014-01")).height == 88
    assert set(source.batches([2], whole=False)) == {"flights", "weather"}


@pytest.mark.parametrize("months", [[], [0], [13]])
def test_a_month_that_does_not_exist_is_refused(months: list[int]) -> None:
    with pytest.raises(ValueError, match="between 1 and 12"):
        source.batches(months)


@pytest.mark.slow
def test_the_one_impossible_wind_is_quarantined_and_nothing_else(
    checked: dict[str, Checked],
) -> None:
    assert {name: c.broken for name, c in checked.items() if c.broken} == {
        "weather": {"wind_speed.maximum": 1}
    }
    (row,) = checked["weather"].quarantined.select("origin", "time_hour", "wind_speed").rows()
    assert row[:2] == ("EWR", "2013-02-12T08:00:00Z")
    assert float(row[2]) > 1_000


def test_cancelled_flights_are_valid(checked: dict[str, Checked]) -> None:
    flights = checked["flights"].valid
    assert flights["arr_delay"].null_count() == 5_480
    assert flights.height == 166_158
