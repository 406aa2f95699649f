"""The ledger tells what was live at any moment, of every model in every environment."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

from tests.ml.governance.ledgers import KEY, START, entry, make


def test_what_was_live_at_a_moment() -> None:
    ledger = make(KEY)
    ledger.append(entry(1, version="1"))
    ledger.append(entry(2, kind="approved", version="2"))
    ledger.append(entry(3, version="2"))
    ledger.append(entry(3, version="7", environment="staging"))
    ledger.append(entry(5, kind="rolled_back", version="1", reason="wrong answers"))
    assert ledger.at(START) == {}
    assert ledger.at(START + timedelta(days=2))["prod"]["flight_delay"].version == "1"
    live = ledger.at(START + timedelta(days=4))
    assert live["prod"]["flight_delay"].version == "2"
    assert live["staging"]["flight_delay"].sequence == 4
    back = ledger.at(START + timedelta(days=5))["prod"]["flight_delay"]
    assert (back.version, back.kind) == ("1", "rolled_back")


def test_what_was_withdrawn_is_live_no_more() -> None:
    ledger = make(KEY)
    ledger.append(entry(1, version="1"))
    ledger.append(entry(2, kind="withdrawn", version="7", reason="another version"))
    ledger.append(entry(3, kind="withdrawn", version="1", reason="its package is gone"))
    assert ledger.at(START + timedelta(days=2))["prod"]["flight_delay"].version == "1"
    assert ledger.at(START + timedelta(days=3)) == {"prod": {}}


def test_moments_are_compared_in_utc() -> None:
    ledger = make(KEY)
    ledger.append(entry(0, at="2013-07-01T12:00:00+02:00"))
    east = timezone(timedelta(hours=2))
    assert ledger.at(datetime(2013, 7, 1, 12, 0, tzinfo=east)) != {}
    assert ledger.at(datetime(2013, 7, 1, 11, 59, tzinfo=east)) == {}
    assert ledger.at(datetime(2013, 7, 1, 10, 0)) != {}
