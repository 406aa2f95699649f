"""Killed after any change that an automatic retraining makes, delivery brings it to its end."""

import threading
from dataclasses import dataclass
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError

from modelyard.delivery import lock, worker
from modelyard.delivery.journey import State
from modelyard.place import Place
from modelyard.versions import APPROVED, versions
from tests.modelyard import living, world
from tests.modelyard.plug import CHANGES, Plug
from tests.modelyard.world import Crash, Works, station
from tests.recovery import Recovery

pytestmark = pytest.mark.slow

MOST_KILLS = 60
CHANGED = (
    "PutItem",
    "UpdateItem",
    "DeleteItem",
    "PutObject",
    "UpdateModelPackage",
    "DeleteMessage",
)
"""What delivery calls to change something: table, evidence, registry, queue."""


class Cable(Plug):
    """Kills delivery right after each change on AWS, and after each thing it has others do."""

    def _before(self, model: Any, params: Any, context: Any, **_: Any) -> None:
        alone = threading.current_thread() is threading.main_thread()
        if self.dead and alone:
            raise Crash("dead")
        if self.dead:
            raise EndpointConnectionError(endpoint_url="the process is dead")
        if alone and model.name.startswith(CHANGES):
            # Every change has a number of its own among those of its kind and its moment.
            context["change"] = f"{model.name} {params['url_path']} {_mark(params['body'])}"


def _mark(body: Any) -> str:
    text = body.decode() if isinstance(body, bytes) else str(body)
    for state in State:
        if f'\\"state\\": \\"{state.value}\\"' in text:
            return f"{state.value} {text.count('seconds')}"
    return text[:60] if "lock#" in text or "open-journeys" in text else ""


@dataclass(kw_only=True)
class KilledWorks(Works):
    """Engine, cluster and pipelines that outlive the delivery that asked them."""

    cable: Cable

    def _did(self, what: str) -> None:
        super()._did(what)
        self.cable.pull(f"works: {what}")


def one_life(place: Place, works: KilledWorks, registered: set[str]) -> bool:
    """One process of delivery, from its start until its queue is empty; False when killed."""
    works.cable.armed, works.cable.dead = True, False
    seat = station(place, works)
    try:
        for _ in range(4):
            worker.sweep(seat)
            for journey in seat.journeys.open():
                if journey.state is State.TRAINING and journey.run not in registered:
                    registered.add(journey.run)
                    works.cable.armed = False  # this is the pipeline's own doing
                    world.registered(place, world.register(place, journey.run))
                    works.cable.armed = True
            living.work_off(seat)
    except Crash:
        return False
    return True


def test_there_is_always_one_champion_and_in_the_end_the_new_one(
    prod: Place, monkeypatch: pytest.MonkeyPatch, recovery: Recovery
) -> None:
    monkeypatch.setattr(lock, "HELD_SECONDS", 0.2)
    # A killed worker's message is seen again at once, not after a quarter of an hour.
    monkeypatch.setattr(worker, "HIDDEN_SECONDS", 0)
    living.make_live(prod)
    cable = Cable(kill=True)
    works = KilledWorks(root=prod.root, retrain=living.RULES, rule="gate", cable=cable)
    living.send(prod, living.alarm_event("2013-12-10T06:00:00.000+0000"))
    # With a session of its own: clients that were made before would lie before the cable.
    there = world.adopt_outputs(cable.enter(world.enter(prod.root, "prod", "delivery")))
    registered: set[str] = set()
    kills = 0
    with recovery.within(60, "delivery killed at every change of a retraining, all its lives"):
        while not one_life(there, works, registered):
            kills += 1
            cable.dead = False
            assert living.live_version(prod) in {"1", "2"}, cable.pulled[-1]
            assert kills < MOST_KILLS, cable.pulled
    assert kills == len(cable.pulled)
    kinds = {each.split()[0] for each in cable.pulled}
    assert kinds == {"works:", *CHANGED}
    assert one_life(there, works, registered)
    assert living.live_version(prod) == works.served["prod"] == "2"
    assert [entry["kind"] for entry in works.ledger] == ["retrained", "released"]
    assert len(registered) == 1
    assert {each.number: each.status for each in versions(prod, world.MODEL)} == {
        "1": APPROVED,
        "2": APPROVED,
    }
    seat = station(prod, works)
    assert seat.journeys.open() == []
    assert seat.promotion_lock(world.MODEL).holder() is None
