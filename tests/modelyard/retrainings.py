"""What asks for a retraining, delivery that hears it, and what came of it."""

import json
from dataclasses import replace
from typing import Any

from modelyard.delivery import retraining
from modelyard.delivery.events import Event, parse
from modelyard.delivery.journey import Journey
from modelyard.delivery.released_rules import RetrainRules
from modelyard.place import Place
from tests.modelyard import living, world
from tests.modelyard.world import Works, station


def rules(**changed: Any) -> RetrainRules:
    """The released rules with other limits."""
    return replace(living.RULES, limits=living.RULES.limits.model_copy(update=changed))


def alarm(
    at: str = "2013-12-10T06:00:00.000+0000", *, id: str = "e1", **how: str
) -> dict[str, Any]:
    """The event that a model's alarm went off."""
    return {**living.alarm_event(at, **how), "id": id}


def due(at: str = "2013-12-01T06:00:00Z", model: str = world.MODEL) -> dict[str, Any]:
    """What the scheduler puts on the bus."""
    return {
        "id": "e2",
        "detail-type": "Retraining Due",
        "source": "modelyard",
        "detail": {"model": model, "due": at},
    }


def deliver(place: Place, works: Works, *found: dict[str, Any]) -> None:
    """Send events through the queue and let delivery work on all of them."""
    living.send(place, *found)
    living.work_off(station(place, works))


def heard(found: dict[str, Any]) -> Event:
    """An event as delivery reads it from the queue."""
    event = parse(json.dumps(found))
    assert event is not None
    return event


def journeys(place: Place, works: Works) -> list[Journey]:
    """Those that are open."""
    return station(place, works).journeys.open()


def works_in(place: Place, **how: Any) -> Works:
    """Engine and pipelines of this place, under those rules."""
    return Works(root=place.root, retrain=rules(), **how)


def told(works: Works) -> list[tuple[str, str]]:
    """What the ledger says: kind and reason."""
    return [(entry["kind"], entry["reason"]) for entry in works.ledger]


def decided(place: Place, works: Works) -> list[dict[str, Any]]:
    """What delivery remembers of its decisions."""
    return retraining.decisions(station(place, works).operations, world.MODEL)
