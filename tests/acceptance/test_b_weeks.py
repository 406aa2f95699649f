"""Promise: a life's weeks are lived once each, watched and told, also after Ctrl-C in between."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from selenium.webdriver import Chrome

from models.flight_delay.source import published
from tests.acceptance.checkout import Checkout
from tests.acceptance.counted import Counted, counted
from tests.acceptance.telling import STAGES
from tests.acceptance.terminal import ctrl_c, read_until
from tests.modelyard.browser import browser, look, missing
from tests.modelyard.page_faults import drawn, overlapping, unseen, wider_than_its_window

pytestmark = pytest.mark.engine

WEEKS = 2
MONDAYS = tuple(date(2013, 7, 1) + timedelta(weeks=number) for number in range(WEEKS))
DAYS = 7 * WEEKS
"""Each is asked about in a request of its own at least."""
SO_MUCH = ("up", "--weeks", str(WEEKS))
IN_BETWEEN = rf"week of {MONDAYS[0]}: "
"""What is shown when the first week is over and the second one is being lived."""


def flown() -> list[pl.DataFrame]:
    """The flights of each week, as the public table has them."""
    flights = published("flights")
    day = pl.date(*(pl.col(name).cast(int) for name in ("year", "month", "day")))
    return [
        flights.filter(day.is_between(monday, monday + timedelta(days=6))) for monday in MONDAYS
    ]


@pytest.fixture(scope="module")
def before(deployed: Checkout) -> Counted:
    """What production's servers had counted when the life began."""
    deployed.modelyard("up", "--story", "release", patience=900)
    return counted(deployed, "prod", "flight_delay")


@pytest.fixture(scope="module")
def interrupted(before: Counted, deployed: Checkout) -> str:
    """What was shown until somebody pressed Ctrl-C between two weeks."""
    with deployed.started(*SO_MUCH) as running:
        return read_until(running, IN_BETWEEN, seconds=1200) + ctrl_c(running)


@pytest.fixture(scope="module")
def told(interrupted: str, deployed: Checkout) -> str:
    """What the next run showed, which came to the end."""
    return deployed.modelyard(*SO_MUCH, patience=1200).told


@pytest.fixture(scope="module")
def watched(told: str, deployed: Checkout) -> dict[str, Any]:
    """What watching found."""
    shown: dict[str, Any] = deployed.modelyard("watch", "flight_delay", "--json").json
    return shown


def test_ctrl_c_in_a_week_says_where_the_life_goes_on(interrupted: str) -> None:
    stage = len(STAGES) + 1
    assert f"interrupted during: the story, stage {stage}" in interrupted
    assert f"resume: make up WEEKS={WEEKS}" in interrupted
    assert "Traceback" not in interrupted


def test_a_week_that_was_lived_is_not_lived_again(told: str) -> None:
    assert f"week of {MONDAYS[0]}" not in told
    assert f"week of {MONDAYS[1]}" in told


def test_every_flight_of_every_week_was_asked_about_once(watched: dict[str, Any]) -> None:
    assert [each["rows"] for each in watched["weeks"]] == [week.height for week in flown()]


def test_every_outcome_was_told_and_cancelled_flights_have_none(watched: dict[str, Any]) -> None:
    landed = [week.filter(pl.col("arr_delay") != "NA").height for week in flown()]
    assert [each["labelled"] for each in watched["weeks"]] == landed
    assert all(count < week.height for count, week in zip(landed, flown(), strict=True))


def test_weeks_without_a_past_of_their_own_ask_for_nothing(watched: dict[str, Any]) -> None:
    assert all(not finding["breach"] for week in watched["weeks"] for finding in week["findings"])
    assert [each for each in watched["retrainings"] if each["trigger"] == "alarm"] == []


def test_every_request_of_the_life_was_answered_by_servers_that_stayed_up(
    before: Counted, watched: dict[str, Any], deployed: Checkout
) -> None:
    # The life asks and tells once: a request without a good answer ends it, which `told` is not.
    after = counted(deployed, "prod", "flight_delay")
    assert after.servers == before.servers
    assert after.refused == before.refused
    assert after.answers - before.answers > DAYS
    assert after.rows - before.rows >= sum(each["rows"] for each in watched["weeks"])
    assert after.labels - before.labels >= sum(each["labelled"] for each in watched["weeks"])


def test_told_again_all_of_it_is_already_true(told: str, deployed: Checkout) -> None:
    again = deployed.modelyard(*SO_MUCH).told
    assert again.count(": already true: ") == len(STAGES) + 1


def test_the_clock_goes_with_the_machine_again(told: str, deployed: Checkout) -> None:
    assert deployed.modelyard("sandbox", "clock", "--json").json["simulated"] is False


@pytest.fixture(scope="module")
def reader(told: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chrome]:
    """A browser for the page that the story left behind."""
    with browser(tmp_path_factory.mktemp("profile")) as driver:
        yield driver


@pytest.mark.skipif(bool(missing()), reason=f"the report is not looked at: {missing()}")
@pytest.mark.parametrize(("width", "scheme"), [(1400, "light"), (390, "dark")])
def test_the_report_of_it_can_be_read(
    reader: Chrome, deployed: Checkout, width: int, scheme: str
) -> None:
    look(reader, Path(deployed.state / "report.html"), width=width, scheme=scheme)
    page = drawn(reader)
    lives = "return [...document.querySelectorAll('[data-chart]')].map(e => e.dataset.chart)"
    assert "prod-flight_delay-life" in page.execute_script(lives)
    assert unseen(page) == []
    assert wider_than_its_window(page) == []
    assert overlapping(page) == []
