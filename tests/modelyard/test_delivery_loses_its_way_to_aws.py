"""Delivery that cannot reach AWS, or the registry alone, goes on where it was once it can."""

from dataclasses import dataclass

import pytest
from botocore.exceptions import ConnectTimeoutError

from modelyard.delivery import lock
from modelyard.delivery.station import Station
from modelyard.live.releases import ReleaseLines
from modelyard.live.rollback import roll_back
from modelyard.place import Place
from tests.modelyard import living, world
from tests.modelyard.lone_worker import is_live, serving, wait_for
from tests.modelyard.route import Route
from tests.modelyard.world import Works, station
from tests.recovery import Recovery
from tests.throttling import pauses

__all__ = ["pauses"]

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("pauses")]


@dataclass(kw_only=True)
class CutWorks(Works):
    """Engine and cluster, behind one of whose works the way is lost."""

    route: Route
    behind: str

    def _did(self, what: str) -> None:
        super()._did(what)
        if what == self.behind:
            self.behind, self.route.lost = "", True


def delivery(place: Place, route: Route, works: Works) -> Station:
    """Delivery as another process has it, whose calls go by this way."""
    entered = world.adopt_outputs(route.lead(world.enter(place.root, place.name, "delivery")))
    return station(entered, works)


@pytest.mark.parametrize("behind", ["deploy", "smoke", "load", "record"])
def test_wherever_the_way_is_lost_the_version_goes_live_once_it_is_back(
    staging: Place, behind: str, monkeypatch: pytest.MonkeyPatch, recovery: Recovery
) -> None:
    # What a silent holder keeps a lock for is a minute.
    monkeypatch.setattr(lock, "HELD_SECONDS", 0.4)
    living.make_live(staging)
    route, here = Route(), station(staging, Works(root=staging.root))
    works = CutWorks(root=staging.root, route=route, behind=behind)
    arn = world.register(staging, "second")
    with serving(delivery(staging, route, works)):
        world.registered(staging, arn)
        wait_for(route.tried.is_set)
        assert not is_live(here, arn)
        with recovery.within(60, f"the way to AWS lost behind {behind} of a release"):
            route.lost = False
            wait_for(lambda: is_live(here, arn))
    assert living.live_version(staging) == works.served["staging"] == "2"
    assert [entry["kind"] for entry in works.ledger] == ["released"]
    # What was cut off is done again, and nothing before it.
    assert works.calls.count("deploy") <= 2


def test_while_the_registry_alone_is_away_a_new_version_waits_and_the_old_one_stays(
    prod: Place, recovery: Recovery
) -> None:
    living.make_live(prod)
    route, works = Route("sagemaker"), Works(root=prod.root, rule="gate")
    here = station(prod, works)
    arn = world.register(prod, "second")
    route.lost = True
    with serving(delivery(prod, route, works)):
        world.registered(prod, arn)
        wait_for(route.tried.is_set)
        assert here.journeys.of_package(arn) is None
        assert living.live_version(prod) == "1"
        with recovery.within(60, "the registry away when a version was registered"):
            route.lost = False
            wait_for(lambda: is_live(here, arn))
    assert living.live_version(prod) == works.served["prod"] == "2"
    assert [entry["kind"] for entry in works.ledger] == ["released"]


def test_nobody_goes_back_to_a_version_that_may_have_been_rejected(prod: Place) -> None:
    """Whether it was, only the registry can say; until it does, what is live stays."""
    living.make_live(prod)
    lines, route = ReleaseLines.of(prod), Route("sagemaker")
    lines.put(world.MODEL, {"version": "2", "image": "i", "package": "s3://p/2", "digest": "d"})
    live, before = lines.live(world.MODEL), lines.history(world.MODEL)
    seat = delivery(prod, route, Works(root=prod.root)).place
    route.lost = True
    with pytest.raises(ConnectTimeoutError):
        roll_back(seat, world.MODEL, "too many alarms", lambda message: None)
    assert (lines.live(world.MODEL), lines.history(world.MODEL)) == (live, before)
