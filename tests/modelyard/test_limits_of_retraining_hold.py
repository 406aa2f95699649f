"""What asks for a retraining is held against the limits; the ledger says why one was skipped."""

import pytest

from modelyard.delivery import retraining
from modelyard.place import Place
from tests.modelyard.retrainings import alarm, deliver, due, journeys, rules, told, works_in

pytestmark = pytest.mark.slow


def test_the_second_alarm_of_a_week_is_skipped_and_the_ledger_says_why(live: Place) -> None:
    works = works_in(live)
    deliver(live, works, alarm(), alarm(name="mean-prediction"), alarm(name="mean-prediction"))
    assert works.calls.count("train") == 1
    kinds = told(works)
    assert [kind for kind, _ in kinds] == ["retrained", "skipped"]
    assert "cool-down of 7 days" in kinds[1][1]
    assert "alarm mean-prediction" in kinds[1][1]


def test_an_event_delayed_beyond_later_ones_counts_where_it_belongs(live: Place) -> None:
    works = works_in(live)
    deliver(live, works, alarm("2013-12-20T06:00:00Z"), alarm("2013-12-10T06:00:00Z"))
    assert works.calls.count("train") == 2
    deliver(live, works, alarm("2013-12-15T06:00:00Z"))
    assert works.calls.count("train") == 2


def test_weekly_limit_and_cost_cap_hold(live: Place) -> None:
    works = works_in(live)
    works.retrain = rules(cooldown_days=0)
    deliver(live, works, alarm("2013-12-10T06:00:00Z"), alarm("2013-12-12T06:00:00Z"))
    works.retrain = rules(cooldown_days=0, weekly_limit=9, cost_cap_usd=1.5)
    deliver(live, works, alarm("2013-12-14T06:00:00Z"))
    assert works.calls.count("train") == 1
    reasons = [reason for kind, reason in told(works) if kind == "skipped"]
    assert "weekly limit of 1" in reasons[0]
    assert "cost cap of 1.5 USD" in reasons[1]


def test_however_many_are_skipped_the_limits_know_what_was_started(
    live: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retraining, "MOST_REMEMBERED", 3)
    works = works_in(live)
    noise = [alarm(f"2013-12-11T0{hour}:00:00Z", name="noise") for hour in range(8)]
    deliver(live, works, alarm("2013-12-10T06:00:00Z"), *noise)
    assert works.calls.count("train") == 1


def test_the_clock_passes_the_same_limits(live: Place) -> None:
    works = works_in(live)
    deliver(live, works, due())
    (journey,) = journeys(live, works)
    assert (journey.cause, journey.window) == ("schedule", {"end": "2013-12-01"})
    deliver(live, works, alarm("2013-12-03T06:00:00Z"))
    assert works.calls.count("train") == 1


def test_a_trigger_that_the_spec_does_not_name_starts_nothing(live: Place) -> None:
    works = works_in(live)
    works.retrain = rules(triggers=("command",))
    deliver(live, works, alarm(), due())
    assert works.calls.count("train") == 0
    assert [kind for kind, _ in told(works)] == ["skipped", "skipped"]
