"""An event that never arrives is made up for: what it told of is still there to be found."""

import pytest

from modelyard import versions
from modelyard.delivery import approvals, retraining, waivers, worker
from modelyard.delivery.attempting import ATTEMPTS
from modelyard.delivery.journey import State
from modelyard.delivery.reconciling import EVERY_SECONDS, Reconciler
from modelyard.place import Place
from tests.modelyard import living, world
from tests.modelyard.world import Works, station
from tests.recovery import Recovery

pytestmark = pytest.mark.slow


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def looks(place: Place, works: Works) -> Reconciler:
    return Reconciler(station(place, works))


def works_in(place: Place, rule: str = "gate") -> Works:
    return Works(root=place.root, retrain=living.RULES, rule=rule)


def test_a_registered_version_that_nobody_told_of_goes_live(
    live: Place, recovery: Recovery
) -> None:
    works = works_in(live)
    world.register(live, "unheard")
    looking = looks(live, works)
    with recovery.within(10, "a lost registration, from the second look on"):
        assert looking.look() == []  # it may still be on its way
        assert len(looking.look()) == 1
    assert living.live_version(live) == "2"
    assert [entry["kind"] for entry in works.ledger] == ["released"]
    assert looking.look() == []


def test_an_alarm_that_nobody_told_of_is_decided_about_once(
    live: Place, recovery: Recovery
) -> None:
    works = works_in(live)
    living.ring(live)
    looking = looks(live, works)
    with recovery.within(10, "a lost alarm, from the second look on"):
        looking.look()
        looking.look()
    (journey,) = station(live, works).journeys.open()
    assert (journey.state, journey.cause) == (State.TRAINING, f"alarm {living.ALARM}")
    assert looking.look() == []
    assert works.calls.count("train") == 1


def test_the_event_that_comes_a_day_late_after_all_changes_nothing(live: Place) -> None:
    works = works_in(live)
    living.ring(live)
    looking = looks(live, works)
    looking.look()
    looking.look()
    (alarm,) = live.client("cloudwatch").describe_alarms()["MetricAlarms"]
    at = alarm["StateUpdatedTimestamp"].strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "+0000"
    living.send(live, living.alarm_event(at))
    living.work_off(station(live, works))
    assert works.calls.count("train") == 1
    operations = station(live, works).operations
    assert len(retraining.decisions(operations, world.MODEL)) == 1


def test_an_alarm_that_is_silent_again_or_removed_asks_for_nothing(live: Place) -> None:
    works = works_in(live)
    living.ring(live)
    looking = looks(live, works)
    looking.look()
    live.client("cloudwatch").delete_alarms(AlarmNames=[living.ALARM])
    assert looking.look() == []
    assert works.calls == []


def test_an_approval_whose_event_was_lost_is_found(
    live: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    works = works_in(live, rule="required")
    arn = world.register(live, "asks")
    world.registered(live, arn)
    living.work_off(station(live, works))
    (journey,) = station(live, works).journeys.open()
    assert journey.state is State.AWAITING_APPROVAL
    looking = looks(live, works)
    assert [looking.look(), looking.look()] == [[], []]
    grace = world.adopt_outputs(world.enter(live.root, "prod", "grace"))
    monkeypatch.setattr(approvals, "promoter_kms", lambda place: place.client("kms"))
    evidence = {"outcome": "passed"}
    approvals.approve(
        grace, model=world.MODEL, release=world.RELEASE, evidence=evidence, version="2"
    )
    # The release was built by ada, and a pipeline asked: grace is neither.
    looking.look()
    looking.look()
    assert station(live, works).journeys.open() == []
    assert living.live_version(live) == "2"


def test_a_waiver_whose_event_was_lost_is_found(
    live: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    works = works_in(live)
    arn = world.register(live, "weak", gate="failed")
    world.registered(live, arn)
    living.work_off(station(live, works))
    seat = station(live, works)
    grace = world.adopt_outputs(world.enter(live.root, "prod", "grace"))
    monkeypatch.setattr(waivers, "promoter_kms", lambda place: place.client("kms"))
    waivers.grant(
        grace,
        model=world.MODEL,
        version=versions.describe(live, arn),
        release=world.RELEASE,
        reason="it is better on the routes that matter",
        expires=seat.today().isoformat(),
        today=seat.today(),
    )
    looking = looks(live, works)
    looking.look()
    looking.look()
    assert living.live_version(live) == "2"


def test_what_fails_on_its_way_is_carried_on_by_the_sweep(
    live: Place,
) -> None:
    works = works_in(live)
    works.fail = {"deploy": ConnectionError("engine away")}
    arn = world.register(live, "unlucky")
    looking = looks(live, works)
    for _ in range(ATTEMPTS + 2):
        looking.look()
    journey = station(live, works).journeys.of_package(arn)
    assert journey is not None
    assert journey.state is State.RELEASING
    works.fail = {}
    worker.sweep(station(live, works))
    assert living.live_version(live) == "2"


def test_a_look_that_fails_is_said_once_and_harms_nothing(live: Place) -> None:
    works, said, clock = works_in(live), list[str](), Clock()
    seat = world.station(live, works)
    object.__setattr__(seat, "report", said.append)
    looking = Reconciler(seat, clock)
    live.__dict__["releases"] = None
    for minute in range(1, 4):
        clock.now = minute * EVERY_SECONDS
        looking.look_if_due()
    assert len(said) == 1
    assert "cannot look" in said[0]
    assert works.calls == []
