"""The story in one process: moto's accounts, the real delivery, and a plug that can be pulled."""

import json
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError

from modelyard.delivery import worker
from modelyard.delivery.history import append_once, log
from modelyard.delivery.machinery import machinery
from modelyard.delivery.station import Station
from modelyard.live.endpoint import Health
from modelyard.live.rollback import roll_back
from modelyard.live.training import Execution
from modelyard.place import Place
from modelyard.storage import write_json
from modelyard.story import growth, production
from modelyard.story.book import Book
from modelyard.story.stage import Stage, walk
from modelyard.story.teller import Teller
from modelyard.target import Yard
from tests.modelyard import world
from tests.modelyard.world import Crash, Works

CHANGES = ("Put", "Update", "Delete", "Create", "Start")
WAITS_PER_STAGE = 2


@dataclass
class Plug:
    """Cuts every run off right after the first change after which none was cut off before."""

    kill: bool
    """kill -9 instead of Ctrl-C: nothing that the process still tries reaches the world."""
    pulled: list[str] = field(default_factory=list)
    dead: bool = False
    armed: bool = False

    def enter(self, place: Place) -> Place:
        """Put everything that the place's sessions do behind the plug."""
        place.session.events.register("before-call", self._before)
        place.session.events.register("after-call", self._after)
        return place

    def pull(self, where: str) -> None:
        """Cut off here, unless a run was cut off here before."""
        if not self.armed or where in self.pulled:
            return
        self.pulled.append(where)
        self.armed, self.dead = False, self.kill
        raise Crash(where) if self.kill else KeyboardInterrupt

    def _before(self, model: Any, params: Any, context: Any, **_: Any) -> None:
        if self.dead and threading.current_thread() is threading.main_thread():
            raise Crash("dead")
        if self.dead:
            raise EndpointConnectionError(endpoint_url="the process is dead")
        if model.name.startswith(CHANGES):
            context["change"] = f"{model.name} {_subject(params)}"

    def _after(self, context: Any, **_: Any) -> None:
        if "change" in context and threading.current_thread() is threading.main_thread():
            self.pull(context["change"])


def _subject(params: Any) -> str:
    """Name what a call changes; a second attempt at it has the same name."""
    body = params["body"]
    if isinstance(body, dict) or not body or params["url_path"] != "/":
        return str(params["url_path"])
    said = json.loads(body)
    for found in (said.get("Item", said.get("Key")), said):
        if found and "id" in found:
            return re.sub(r"-\d+$", "", found["id"]["S"])
    named = said.get("PipelineExecutionDisplayName") or said["Entries"][0]["DetailType"]
    return str(named)


@dataclass
class Telling:
    """One story; each `run` is a process of its own in the same world."""

    plug: Plug
    works: Works
    places: dict[str, Place]
    deliveries: list[Station]
    book: Book
    second_gate: str = "passed"
    said: list[str] = field(default_factory=list)
    _trained: set[str] = field(default_factory=set)
    _delivering: bool = False
    _waits: int = 0

    def run(self) -> bool:
        """Tell it; False when the plug was pulled before its end."""
        self.plug.armed, self.plug.dead = True, False
        teller = StoryTeller(root=self.works.root, report=self._report, book=self.book)
        try:
            walk(self.stages(teller), self.book, self._report)
        except (KeyboardInterrupt, Crash):
            return False
        return True

    def stages(self, teller: Teller) -> list[Stage]:
        """The stages that follow the data."""
        return [*growth.stages(teller)[1:], *production.stages(teller)]

    def wait(self, seconds: float) -> None:
        """What a sleeping command sees: delivery and pipelines go on meanwhile."""
        if self._delivering:
            return
        self._delivering = True
        try:
            for station in self.deliveries:
                self._train(station.place)
                worker.sweep(station)
                worker.poll(station, wait_seconds=0)
        finally:
            self._delivering = False
        self._waits += 1
        if self._waits <= WAITS_PER_STAGE:
            self.plug.pull(f"wait {self._waits} in {self._stage()}")

    def kinds(self, environment: str) -> list[str]:
        """What the ledger says of the model, in order."""
        return [e["kind"] for e in log(self.places[environment]) if e["model"] == world.MODEL]

    def trainings(self, environment: str) -> list[str]:
        """The names of all trainings that were ever started."""
        return [name for name, _ in self._executions(self.places[environment])]

    def _train(self, place: Place) -> None:
        """Do what the pipeline's last step does, once per execution."""
        for name, arn in self._executions(place):
            if arn not in self._trained:
                self._trained.add(arn)
                gate = self.second_gate if name.startswith("story-second") else "passed"
                world.registered(place, world.register(place, arn.rsplit("/", 1)[-1], gate=gate))

    def _executions(self, place: Place) -> list[tuple[str, str]]:
        found = place.client("sagemaker").list_pipeline_executions(
            PipelineName="flight-delay-training"
        )["PipelineExecutionSummaries"]
        return [(e["PipelineExecutionDisplayName"], e["PipelineExecutionArn"]) for e in found]

    def _report(self, message: str) -> None:
        if message.startswith("["):
            self._waits = 0
        self.said.append(message)

    def _stage(self) -> str:
        return next((line for line in reversed(self.said) if line.startswith("[")), "")


class StoryTeller(Teller):
    """The story's people, in moto."""

    def grace(self, name: str) -> Place:
        """Grace's own session, behind the same plug as everything of this process."""
        return self.place(name).as_role("grace")


def telling(
    root: Any, monkeypatch: pytest.MonkeyPatch, *, kill: bool = False, second_gate: str = "passed"
) -> Telling:
    """Stand three accounts up, each with its delivery, and let commands act on them."""
    plug, works = Plug(kill=kill), Works(root=root)
    places: dict[str, Place] = {}
    people: dict[tuple[str, str], Place] = {}
    deliveries = []
    clients: dict[tuple[int, str], Any] = {}
    _remember_clients(monkeypatch, clients)
    for name in world.ACCOUNTS:
        world.stand_up(world.enter(root, name))
        places[name] = world.adopt_outputs(world.enter(root, name, "delivery"))
        for person in ("ada", "grace"):
            entered = plug.enter(world.enter(root, name, person))
            people[name, person] = world.adopt_outputs(entered)
        _pipeline(places[name])
        deliveries.append(_delivery(places[name], works))
    s3, bucket = places["dev"].client("s3"), places["dev"].platform.artifacts_bucket
    write_json(s3, bucket, f"releases/{'a' * 64}.json", world.RELEASE)
    told = Telling(
        plug=plug,
        works=works,
        places=places,
        deliveries=deliveries,
        book=Book(root / "story.json"),
        second_gate=second_gate,
    )
    monkeypatch.setattr(Yard, "place", lambda self, name: people[name, "ada"])
    monkeypatch.setattr(Place, "as_role", lambda self, role: people[self.name, role])
    monkeypatch.setattr("time.sleep", told.wait)
    _stand_in(monkeypatch, works)
    return told


def _delivery(place: Place, works: Works) -> Station:
    """The real delivery, but for engine, cluster and images."""
    real = machinery(lambda message: None)
    mixed = replace(
        works.machinery(),
        start_training=real.start_training,
        training_state=lambda place, execution: ("Executing", ""),
        record=append_once,
    )
    return Station(place=place, machinery=mixed, report=lambda message: None)


def _pipeline(place: Place) -> None:
    for name in ("flight-delay-training", "flight-delay-data"):
        place.client("sagemaker").create_pipeline(
            PipelineName=name,
            PipelineDefinition="{}",
            ClientRequestToken="0" * 32,
            RoleArn=f"arn:aws:iam::{place.account}:role/pipeline",
        )


def _stand_in(monkeypatch: pytest.MonkeyPatch, works: Works) -> None:
    """What moto has not: steps of an execution, Delta tables, a cluster and an engine."""
    endpoint = _Endpoint(works)
    for name, stand_in in {
        "modelyard.live.training.look": lambda place, arn: Execution(arn=arn, status="Succeeded"),
        "modelyard.story.growth.curated": lambda place, months: True,
        "modelyard.story.production.curated": lambda place, months: True,
        "modelyard.story.rows.zones": lambda place, tables: [],
        "modelyard.story.production.endpoint": lambda place, model: endpoint,
        "modelyard.story.production.roll_back": partial(
            roll_back,
            deploy=lambda place, report: works.machinery().deploy(place),
            served=lambda place, model: works.served[place.name],
            check=lambda place, model, line: None,
        ),
    }.items():
        monkeypatch.setattr(name, stand_in)


def _remember_clients(monkeypatch: pytest.MonkeyPatch, known: dict[tuple[int, str], Any]) -> None:
    """A client costs more to make than all that these tests ask of it."""
    make: Callable[[Place, str], Any] = Place.client

    def client(place: Place, service: str) -> Any:
        key = (id(place.session), service)
        if key not in known:
            known[key] = make(place, service)
        return known[key]

    monkeypatch.setattr(Place, "client", client)


@dataclass
class _Endpoint:
    """The cluster of production: it serves what the engine brought there last."""

    works: Works

    def health(self) -> Health:
        """Ready once a version was deployed."""
        ready = self.works.served.get("prod", "none") != "none"
        return Health(ready=ready, status=200 if ready else 503)
