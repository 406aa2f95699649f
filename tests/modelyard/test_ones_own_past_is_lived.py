"""The last rows of one's own file are asked about as they were curated, each on its own day."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import polars as pl
import pytest

from modelyard.onboarding.making import make_model
from modelyard.onboarding.request import Request
from modelyard.story import own_days
from modelyard.story.own_days import ROWS_A_DAY, OwnDays
from modelyard.story.replay import MOST_WEEKS, ONE_DAY, WEEK
from tests.modelyard.onboarding.files import csv_text, labelled

FIRST = date(2024, 5, 1)
MONDAY = date(2024, 5, 6)
ROWS = 210
HOUR = timedelta(hours=1)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model folder made from a file with a moment per row, over seven months."""
    folder = tmp_path_factory.mktemp("own")
    file = folder / "customers.csv"
    days = {"seen at": lambda n: f"2024-{n % 7 + 1:02d}-{n % 28 + 1:02d}T08:30:00"}
    file.write_text(csv_text(labelled(ROWS, id=lambda n: f"K{n:04d}", **days), ROWS))
    make_model(folder, Request(model="churn", file=file, label="y"), force=False)
    return folder


@dataclass
class Lake:
    """The curated table, which has rows once they have landed."""

    table: pl.DataFrame | None = None

    def opened(self, place: Any, name: str) -> Any:
        assert name == "curated/churn"
        if self.table is None:
            return None
        return SimpleNamespace(to_pyarrow_table=self.table.to_arrow)


def curated(moments: Sequence[datetime], labels: Sequence[str | None] = ("yes", "no")) -> Any:
    return pl.DataFrame(
        {
            "id": [f"K{number:06d}" for number in range(len(moments))],
            "seen_at": moments,
            "x": [float(number % 101) for number in range(len(moments))],
            "y": [labels[number % len(labels)] for number in range(len(moments))],
        },
        schema_overrides={"seen_at": pl.Datetime("us", "UTC")},
    )


def at(day: date, hour: float = 8) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC) + hour * HOUR


@pytest.fixture
def past(root: Path, monkeypatch: pytest.MonkeyPatch) -> "Past":
    """The days of a table that lands when the first of them is to be ready."""

    def made(table: Any, weeks: int = MOST_WEEKS) -> OwnDays:
        lake = Lake()
        monkeypatch.setattr(own_days, "delta", lake.opened)
        monkeypatch.setattr(own_days, "wait_for_tables", lambda place, model: None)
        place: Any = SimpleNamespace(root=root)
        return OwnDays(
            place=place,
            model="churn",
            time="seen_at",
            first=FIRST,
            land=lambda: setattr(lake, "table", table),
            weeks=weeks,
        )

    return made


Past = Callable[..., OwnDays]


def test_before_its_rows_have_landed_there_is_nothing_to_live(past: Past) -> None:
    days = past(curated([at(MONDAY), at(MONDAY + WEEK)]))
    assert (days.mondays(), days.last) == ((), FIRST)
    days.ready(FIRST)
    assert (days.mondays(), days.last) == ((MONDAY,), MONDAY + WEEK)


def test_a_row_is_asked_with_its_columns_its_moment_as_text_and_its_label(past: Past) -> None:
    days = past(curated([at(MONDAY, 8.5)], labels=["yes"]))
    days.ready(FIRST)
    (row,) = days.lived(MONDAY, MONDAY).to_dicts()
    assert row["seen_at"] == "2024-05-06T08:30:00+00:00"
    assert (row["id"], row["x"], row["label"]) == ("K000000", 0.0, 1.0)
    assert row["known_at"] == at(MONDAY + ONE_DAY, 0)


def test_a_row_without_a_label_never_has_an_outcome(past: Past) -> None:
    days = past(curated([at(MONDAY), at(MONDAY, 9)], labels=["yes", None]))
    days.ready(FIRST)
    assert days.lived(MONDAY, MONDAY)["known_at"].null_count() == 1


def test_what_the_versions_learned_from_is_not_lived(past: Past) -> None:
    days = past(curated([at(FIRST - ONE_DAY, 23), at(FIRST, 0)]))
    days.ready(FIRST)
    assert days.lived(date(2000, 1, 1), date(2100, 1, 1))["id"].to_list() == ["K000001"]


def test_rows_come_in_the_order_of_their_moments(past: Past) -> None:
    days = past(curated([at(MONDAY, hour) for hour in (9, 7, 8)]))
    days.ready(FIRST)
    assert days.lived(MONDAY, MONDAY)["id"].to_list() == ["K000001", "K000002", "K000000"]


def test_a_week_needs_a_row_of_its_own_and_one_after_it(past: Past) -> None:
    weeks = (0, 1, 3)
    days = past(curated([at(MONDAY + number * WEEK) for number in weeks]))
    days.ready(FIRST)
    assert days.mondays() == (MONDAY, MONDAY + WEEK)


def test_half_a_year_is_enough(past: Past) -> None:
    days = past(curated([at(FIRST + number * WEEK) for number in range(60)]))
    days.ready(FIRST)
    assert len(days.mondays()) == MOST_WEEKS - 1
    assert days.last == FIRST + MOST_WEEKS * WEEK


def test_a_few_weeks_are_the_first_ones(past: Past) -> None:
    days = past(curated([at(MONDAY + number * WEEK) for number in range(10)]), weeks=4)
    days.ready(FIRST)
    assert days.mondays() == tuple(MONDAY + number * WEEK for number in range(3))
    assert days.last <= FIRST + 4 * WEEK


def test_a_day_with_more_rows_than_can_be_asked_is_drawn_from_and_always_alike(past: Past) -> None:
    second = timedelta(seconds=1)
    full = curated([at(MONDAY) + number * second for number in range(2 * ROWS_A_DAY)])
    drawn = []
    for _ in range(2):
        days = past(full)
        days.ready(FIRST)
        drawn.append(days.lived(MONDAY, MONDAY))
    assert drawn[0].height == ROWS_A_DAY
    assert drawn[0].equals(drawn[1])
    assert drawn[0]["id"].max() > f"K{ROWS_A_DAY + 100:06d}"
