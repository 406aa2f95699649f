"""People who answer for a version: what they type, and what comes of the version's journey."""

from typing import Any

from modelyard.delivery.approvals import Report
from modelyard.delivery.journey import Journey
from modelyard.live.approving import approve_version, waive_version
from modelyard.live.rollback import RolledBack, roll_back
from modelyard.place import Place
from tests.modelyard import world
from tests.modelyard.world import Works, station

GATES = ("passed", "failed")


def seat(place: Place, name: str) -> Place:
    """Production as somebody of this name sees it."""
    return world.adopt_outputs(world.enter(place.root, "prod", name))


def answer(
    place: Place, who: str, gate: str, report: Report = lambda message: None
) -> dict[str, Any]:
    """Type `modelyard approve` or `modelyard waive` of version 2, whichever its gate asks for."""
    yard = world.yard(seat(place, who))
    if gate == "passed":
        return approve_version(yard, world.MODEL, "prod", "2", report)
    last = station(place, Works(root=place.root)).today().isoformat()
    return waive_version(yard, world.MODEL, "prod", "2", "a good reason", last, report)


def back(place: Place) -> RolledBack:
    """Type `modelyard rollback`; the engine has nothing to do, and version 1 answers."""
    return roll_back(
        place,
        world.MODEL,
        "too many alarms",
        lambda message: None,
        deploy=lambda place, report: None,
        served=lambda place, model: "1",
    )


def journey_of(place: Place, arn: str) -> Journey:
    """The journey of a registered version."""
    found = station(place, Works(root=place.root)).journeys.of_package(arn)
    assert found is not None
    return found
