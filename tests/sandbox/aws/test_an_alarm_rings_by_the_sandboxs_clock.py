"""An alarm changes its state when the sandbox's clock passes what was measured."""

import pytest

from sandbox.aws.emulator import Emulator
from tests.sandbox.aws.clockwork import (
    NAME,
    Client,
    ask,
    breach,
    day,
    described,
    move,
    put_alarm,
    states,
)

pytestmark = pytest.mark.usefixtures("monday")


def test_an_alarm_begins_without_data_and_is_well_where_silence_is_well(
    emulator: Emulator, client: Client
) -> None:
    put_alarm(client)
    assert described(client)["StateValue"] == "INSUFFICIENT_DATA"
    assert states(move(emulator, day(2))) == [("OK", "2013-07-01T01:00:00Z")]
    assert described(client)["StateValue"] == "OK"


def test_it_rings_once_and_ends_when_the_breach_is_out_of_sight(
    emulator: Emulator, client: Client
) -> None:
    put_alarm(client)
    breach(client, 1, day(1))
    told = move(emulator, day(31))
    # Seven periods, and the two more that are looked at because so many are missing.
    assert states(told) == [("ALARM", "2013-07-01T01:00:00Z"), ("OK", "2013-07-10T01:00:00Z")]


def test_what_was_measured_before_the_alarm_existed_counts(
    emulator: Emulator, client: Client
) -> None:
    breach(client, 1, day(1))
    move(emulator, day(3))
    put_alarm(client)
    assert states(move(emulator, day(3, 6))) == [("ALARM", "2013-07-03T01:00:00Z")]


def test_a_move_by_nothing_evaluates_where_the_clock_stands(
    emulator: Emulator, client: Client
) -> None:
    put_alarm(client)
    move(emulator, day(3, 6))
    breach(client, 1, day(3))
    assert states(ask(emulator, {"advance_seconds": 0})) == [("ALARM", "2013-07-03T06:00:00Z")]


def test_other_dimensions_are_another_metric(emulator: Emulator, client: Client) -> None:
    put_alarm(client, Dimensions=[{"Name": "Model", "Value": "flight-delay"}])
    breach(client, 1, day(1))
    assert states(move(emulator, day(2))) == [("OK", "2013-07-01T01:00:00Z")]


def test_changing_an_alarm_leaves_its_state(emulator: Emulator, client: Client) -> None:
    put_alarm(client)
    breach(client, 1, day(1))
    move(emulator, day(2))
    put_alarm(client, AlarmDescription="another")
    found = described(client)
    assert (found["StateValue"], found["AlarmDescription"]) == ("ALARM", "another")


def test_the_history_tells_every_change(emulator: Emulator, client: Client) -> None:
    put_alarm(client)
    breach(client, 1, day(2))
    move(emulator, day(31))
    items = client("cloudwatch").describe_alarm_history(AlarmName=NAME)["AlarmHistoryItems"]
    assert [each["HistorySummary"] for each in items] == [
        "Alarm updated from ALARM to OK",
        "Alarm updated from OK to ALARM",
        "Alarm updated from INSUFFICIENT_DATA to OK",
    ]
