"""Promise: the story's half year is lived whole, and only December is a break."""

import json
from typing import Any

import polars as pl
import pyarrow.dataset as columns
import pytest
from deltalake import DeltaTable

from tests.acceptance.aws import Session, session
from tests.acceptance.buckets import bucket
from tests.acceptance.checkout import Checkout

pytestmark = pytest.mark.engine

KEY = ("flight_date", "carrier", "flight", "origin")
FLIGHTS = 170_618
"""From July to December."""


@pytest.fixture(scope="module")
def year(deployed: Checkout) -> Checkout:
    """The checkout once the story has been told, which may be so already."""
    deployed.modelyard("up", patience=1200)
    return deployed


@pytest.fixture(scope="module")
def prod(year: Checkout) -> Session:
    """Production, once the story has been told."""
    return session(year, "prod")


@pytest.fixture(scope="module")
def chapters(year: Checkout) -> dict[str, Any]:
    """What the story wrote down of each stage."""
    told: dict[str, Any] = json.loads((year.state / "story.json").read_text())["chapters"]
    return told


def test_december_rings_in_its_first_or_second_week_and_no_week_before_does(
    year: Checkout, prod: Session
) -> None:
    shown = year.modelyard("watch", "flight_delay", "--env", "prod", "--json").json
    weeks = {each["week"]: each["broke"] for each in shown["weeks"]}
    assert [week for week in weeks if "2013-07-01" <= week <= "2013-12-23"] == [*weeks]
    assert len(weeks) == 26
    broke = [week for week in weeks if weeks[week]]
    assert min(broke) in ("2013-12-02", "2013-12-09")
    # The provisioned alarms by their own history: a week is watched eight days after it began.
    cloudwatch = prod.client("cloudwatch")
    rang = [
        each["Timestamp"].date().isoformat()
        for each in cloudwatch.describe_alarm_history()["AlarmHistoryItems"]
        if "flight-delay-drift" in each["AlarmName"] and each["HistorySummary"].endswith("ALARM")
    ]
    assert min(rang) in ("2013-12-10", "2013-12-17")


def test_against_validation_the_seasons_show_and_raise_nothing(year: Checkout) -> None:
    shown = year.modelyard("watch", "flight_delay", "--env", "prod", "--json").json
    beside = [
        each
        for week in shown["weeks"]
        for each in week["findings"]
        if each["baseline"] == "validation"
    ]
    assert sum(each["signal"] == "psi" and each["value"] > 0.1 for each in beside) > 26
    assert not any(each["breach"] or each["kind"] == "alarm" for each in beside)


def test_every_flight_of_the_half_year_was_asked_about_once_in_large_requests(
    prod: Session,
) -> None:
    lake = bucket(prod.client("s3"), "lakehouse")
    table = DeltaTable(f"s3://{lake}/predictions/flight_delay", storage_options=prod.storage())
    keyed = columns.field("event_day").is_valid()
    names = ["prediction_id", "event_day", *(f"key_{name}" for name in KEY)]
    found = table.to_pyarrow_dataset().to_table(columns=names, filter=keyed)
    asked = pl.DataFrame(pl.from_arrow(found))
    assert asked.height == asked.select(pl.col("^key_.*$")).n_unique() == FLIGHTS
    assert asked["prediction_id"].value_counts()["count"].min() >= 100
    assert asked["event_day"].n_unique() == 184


def test_cancelled_flights_never_get_an_outcome_and_the_others_all_do(
    chapters: dict[str, Any],
) -> None:
    weeks = chapters["life"]["facts"]["weeks"]
    assert all(0.9 < each["coverage"] < 1.0 for each in weeks)


def test_what_rang_was_retrained_or_says_which_limit_held_it_back(
    year: Checkout, chapters: dict[str, Any]
) -> None:
    told = chapters["life"]["facts"]["retrainings"]
    assert told
    assert told[0]["starts"]
    assert all(each["reason"] for each in told)
    entries = year.modelyard("audit", "log", "--env", "prod", "--json").json
    kinds = [each["kind"] for each in entries if each["model"] == "flight_delay"]
    after = kinds[kinds.index("rolled_back") + 1 :]
    for each in told:
        if not each["starts"]:
            continue
        [over] = (rule for rule in each["gate"] if rule["name"] == "roc_auc over champion")
        assert over["low"] < over["measured"] < over["high"]
        passed = all(rule["status"] == "passed" for rule in each["gate"])
        assert each["state"] == ("live" if passed else "awaiting waiver")
    assert after.count("retrained") == sum(each["starts"] for each in told)
    assert after.count("skipped") == sum(not each["starts"] for each in told)
    assert after.count("released") == sum(each.get("state") == "live" for each in told)


def test_how_a_retrained_version_compares_afterwards_is_told_with_its_interval(
    chapters: dict[str, Any],
) -> None:
    after = chapters["life"]["facts"]["after"]
    assert after["low"] < after["gain"] < after["high"]
    assert after["rows"] > 10_000
