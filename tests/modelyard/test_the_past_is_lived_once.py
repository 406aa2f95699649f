"""Every row of the past is asked about once, and every outcome told when it is known."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

import polars as pl
import pytest

from modelyard.live.endpoint import Endpoint
from modelyard.story import calling, days
from modelyard.story.calling import Desk
from modelyard.story.days import Days, midnight
from modelyard.story.replay import ONE_DAY

DAY, LAST_DAY = date(2013, 7, 1), date(2013, 12, 31)
KEY = ("flight_date", "carrier", "flight", "origin")
EARLY, LATE = datetime(2013, 7, 1, 15, tzinfo=UTC), datetime(2013, 7, 2, 9, tzinfo=UTC)


def flights(first: date, last: date) -> pl.DataFrame:
    """Three flights a day: one arrives the same day, one the next, one is cancelled."""
    made = []
    for number in range((last - first).days + 1):
        day = first + number * ONE_DAY
        shift = day - DAY
        for flight, known in enumerate((EARLY + shift, LATE + shift, None)):
            label = None if known is None else float(flight)
            made.append((day, "AA", str(flight), "JFK", label, known))
    schema = {
        "flight_date": pl.Date,
        **dict.fromkeys(KEY[1:], pl.String),
        "label": pl.Float64,
        "known_at": pl.Datetime("us", "UTC"),
    }
    return pl.DataFrame(made, schema=schema, orient="row")


@dataclass
class Past:
    """A half year of such days; on some nothing left."""

    idle: tuple[date, ...] = ()
    ready_for: list[int] = field(default_factory=list)
    model: str = "flight_delay"
    key: tuple[str, ...] = KEY
    latest: timedelta = timedelta(days=3)
    first: date = DAY
    last: date = LAST_DAY

    def mondays(self) -> tuple[date, ...]:
        return (DAY,)

    def ready(self, day: date) -> None:
        self.ready_for.append(day.month)

    def lived(self, first: date, last: date) -> pl.DataFrame:
        return flights(first, last).filter(~pl.col("flight_date").is_in(self.idle))


@dataclass
class Heard:
    """What the endpoint was asked and told."""

    asked: list[pl.DataFrame] = field(default_factory=list)
    told: list[pl.DataFrame] = field(default_factory=list)

    def ask(
        self, found: Endpoint, rows: pl.DataFrame, *, by_key: bool, batch: int
    ) -> pl.DataFrame:
        assert by_key
        self.asked.append(rows)
        assert batch <= calling.ROWS
        ids = [f"p{len(self.asked)}"] * rows.height
        return pl.DataFrame({"prediction_id": ids, "row": list(range(rows.height))})

    def post(self, found: Endpoint, labels: pl.DataFrame) -> int:
        self.told.append(labels)
        return labels.height


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> Heard:
    found = Heard()
    monkeypatch.setattr(calling, "ask", found.ask)
    monkeypatch.setattr(calling, "post_labels", found.post)
    return found


@pytest.fixture
def waited(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int]]:
    """Which tables were waited for, and until they had how many rows."""
    found: list[tuple[str, int]] = []
    monkeypatch.setattr(
        days,
        "wait_for_rows",
        lambda place, table, column, span, rows: found.append((table, rows)),
    )
    return found


def desk(asked: Any = None, past: Past | None = None) -> Desk:
    found = Endpoint(model="m", environment="prod", address="")
    return Desk(found=found, replay=past or Past(), asked=asked)


def going(past: Past) -> Days:
    return Days(place=None, desk=desk(past=past), replay=past, next=past.first)  # type: ignore[arg-type]


def test_an_outcome_is_told_once_it_is_known_and_never_before(heard: Heard) -> None:
    clerk = desk()
    assert clerk.ask(DAY) == 3
    assert clerk.tell(EARLY - timedelta(minutes=1)) == 0
    assert clerk.tell(midnight(DAY + ONE_DAY)) == 1
    assert clerk.tell(LATE) == 1
    assert clerk.tell(LATE + timedelta(days=9)) == 0
    assert [each["known_at"].to_list() for each in heard.told] == [[EARLY], [LATE]]


def test_a_cancelled_flight_is_asked_about_and_never_has_an_outcome(heard: Heard) -> None:
    clerk = desk()
    clerk.ask(DAY)
    clerk.tell(datetime(2014, 1, 1, tzinfo=UTC))
    assert heard.asked[0]["label"].null_count() == 1
    assert pl.concat(heard.told)["label"].null_count() == 0


def test_what_an_earlier_run_asked_is_not_asked_again(heard: Heard) -> None:
    keys = pl.Series([f"2013-07-01 AA {flight} JFK" for flight in range(3)])
    assert desk(keys.head(2)).ask(DAY) == 1
    assert desk(keys).ask(DAY) == 0


def test_days_pass_in_order_each_once_and_only_as_far_as_asked(
    heard: Heard, waited: list[tuple[str, int]]
) -> None:
    past = Past()
    life = going(past)
    life.live_until(date(2013, 7, 31))
    life.live_until(date(2013, 7, 20))
    life.live_until(date(2014, 2, 1))
    life.tell_the_rest()
    asked = [each["flight_date"][0] for each in heard.asked]
    assert asked == [DAY + number * ONE_DAY for number in range(184)]
    assert asked[-1] == LAST_DAY
    assert past.ready_for == [day.month for day in asked]
    assert sum(each.height for each in heard.told) == 2 * 184


def test_a_week_is_over_with_the_first_row_after_it_however_late_that_is(heard: Heard) -> None:
    monday = DAY + 7 * ONE_DAY
    life = going(Past(idle=(monday, monday + ONE_DAY)))
    life.live_into(monday)
    assert heard.asked[-1]["flight_date"][0] == monday + 2 * ONE_DAY
    assert life.next == monday + 3 * ONE_DAY


def test_a_span_is_merged_when_all_its_answers_and_outcomes_are(
    waited: list[tuple[str, int]],
) -> None:
    """Outcomes of the day before that became known in it are counted with it."""
    monday = DAY + 7 * ONE_DAY
    going(Past()).see_merged(monday, monday + ONE_DAY)
    assert waited == [("predictions/flight_delay", 6), ("labels/flight_delay", 4)]


def test_the_end_waits_for_the_last_outcomes_too(
    heard: Heard, waited: list[tuple[str, int]]
) -> None:
    """Eight days of answers; of the outcomes also those that became known after the last day."""
    past = Past(last=DAY + 9 * ONE_DAY)
    life = going(past)
    life.live_until(past.last)
    life.tell_the_rest()
    assert sum(each.height for each in heard.told) == 20
    assert waited == [("predictions/flight_delay", 24), ("labels/flight_delay", 17)]
