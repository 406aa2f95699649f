"""The next month lands while one is lived: each once, and none that is not reached."""

from datetime import date
from typing import Any

import pytest

from modelyard.story import half_year
from modelyard.story.half_year import HalfYear
from modelyard.story.replay import MOST_WEEKS, ONE_DAY

DAY = date(2013, 7, 1)


class Pipelines:
    """Months that have landed, and data runs by their names."""

    def __init__(self, done: set[str]) -> None:
        self.done = done
        self.happened: list[str] = []

    def install(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def batches(model: str, wanted: tuple[int], *, whole: bool) -> tuple[int]:
            assert not whole
            return wanted

        def land(place: Any, month: tuple[int]) -> list[str]:
            self.happened.append(f"land {month[0]}")
            return []

        def start(place: Any, model: str, name: str) -> str:
            self.happened.append(f"start {name}")
            return name

        def follow(place: Any, run: str, report: Any) -> None:
            self.happened.append(f"follow {run}")

        monkeypatch.setattr(half_year, "example_batches", batches)
        monkeypatch.setattr(half_year, "land", land)
        monkeypatch.setattr(half_year, "start_ingest", start)
        monkeypatch.setattr(half_year, "follow", follow)
        monkeypatch.setattr(half_year, "ingest_name", lambda place, model, purpose: purpose)
        monkeypatch.setattr(
            half_year, "ingested", lambda place, model, purpose: purpose in self.done
        )
        monkeypatch.setattr(
            half_year, "wait_for_tables", lambda place, model: self.happened.append("tables")
        )


def landing(
    monkeypatch: pytest.MonkeyPatch, *done: str, weeks: int = MOST_WEEKS
) -> tuple[HalfYear, list[str]]:
    pipelines = Pipelines(set(done))
    pipelines.install(monkeypatch)
    place: Any = None
    return HalfYear(place=place, report=print, weeks=weeks), pipelines.happened


def test_the_next_month_lands_while_one_is_lived(monkeypatch: pytest.MonkeyPatch) -> None:
    going, happened = landing(monkeypatch)
    going.ready(DAY)
    seven = ["land 7", "start story-life-07", "follow story-life-07", "tables"]
    assert happened == [*seven, "land 8", "start story-life-08"]
    going.ready(DAY + ONE_DAY)
    going.ready(date(2013, 8, 1))
    assert happened[6:] == ["follow story-life-08", "tables", "land 9", "start story-life-09"]


def test_a_month_that_has_landed_does_not_land_again(monkeypatch: pytest.MonkeyPatch) -> None:
    going, happened = landing(monkeypatch, "story-life-07", "story-life-08")
    going.ready(DAY)
    assert happened == ["tables"]


def test_the_half_year_ends_with_the_year(monkeypatch: pytest.MonkeyPatch) -> None:
    whole, _ = landing(monkeypatch)
    assert whole.last == date(2013, 12, 31)
    assert (len(whole.mondays()), whole.mondays()[-1]) == (26, date(2013, 12, 23))


def test_of_a_few_weeks_no_month_lands_that_they_do_not_reach(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    few, happened = landing(monkeypatch, weeks=3)
    assert few.mondays() == (date(2013, 7, 1), date(2013, 7, 8), date(2013, 7, 15))
    assert few.last == date(2013, 7, 23)
    few.ready(few.last)
    assert [each for each in happened if each.startswith("land")] == ["land 7"]


def test_after_december_nothing_lands(monkeypatch: pytest.MonkeyPatch) -> None:
    going, happened = landing(monkeypatch)
    going.ready(date(2013, 12, 1))
    assert happened == ["land 12", "start story-life-12", "follow story-life-12", "tables"]
