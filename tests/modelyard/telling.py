"""The story in one process: moto's accounts, the real delivery, and a plug that can be pulled."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from modelyard.catalogue import kebab
from modelyard.delivery import worker
from modelyard.delivery.history import append_once, log
from modelyard.delivery.machinery import machinery
from modelyard.delivery.station import Station
from modelyard.live.releases import ReleaseLines
from modelyard.place import Place
from modelyard.storage import write_json
from modelyard.story import growth, production
from modelyard.story.book import Book
from modelyard.story.stage import Stage, walk
from modelyard.story.subject import Subject
from modelyard.story.teller import Teller
from modelyard.target import Yard
from tests.modelyard import world
from tests.modelyard.plug import Plug
from tests.modelyard.stand_ins import LandedFlights, stand_in
from tests.modelyard.world import Crash, Works

WAITS_PER_STAGE = 2


@dataclass
class Telling:
    """One story; each `run` is a process of its own in the same world."""

    plug: Plug
    works: Works
    places: dict[str, Place]
    deliveries: list[Station]
    book: Book
    subject: Subject
    second_gate: str = "passed"
    said: list[str] = field(default_factory=list)
    _trained: set[str] = field(default_factory=set)
    _delivering: bool = False
    _waits: int = 0

    def run(self, *, whole: bool = False) -> bool:
        """Tell it; False when the plug was pulled before its end, which it is not if `whole`."""
        self.plug.armed, self.plug.dead = not whole, False
        try:
            walk(self.stages(self.teller()), self.book, self._report)
        except (KeyboardInterrupt, Crash):
            return False
        return True

    def teller(self) -> Teller:
        """Who tells it, with the people of this world."""
        return Teller(
            root=self.works.root, report=self._report, book=self.book, subject=self.subject
        )

    def stages(self, teller: Teller) -> list[Stage]:
        """The stages that a model goes through."""
        return [*growth.stages(teller), *production.stages(teller)]

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
        return [
            e["kind"] for e in log(self.places[environment]) if e["model"] == self.subject.model
        ]

    def trainings(self, environment: str) -> list[str]:
        """The names of all trainings that were ever started."""
        return [name for name, _ in self._executions(self.places[environment])]

    def _train(self, place: Place) -> None:
        """Do what the pipeline's last step does, once per execution."""
        for name, arn in self._executions(place):
            if arn not in self._trained:
                self._trained.add(arn)
                gate = self.second_gate if name.startswith("story-second") else "passed"
                run, model = arn.rsplit("/", 1)[-1], self.subject.model
                world.registered(place, world.register(place, run, gate=gate, model=model))

    def _executions(self, place: Place) -> list[tuple[str, str]]:
        found = place.client("sagemaker").list_pipeline_executions(
            PipelineName=f"{kebab(self.subject.model)}-training"
        )["PipelineExecutionSummaries"]
        return [(e["PipelineExecutionDisplayName"], e["PipelineExecutionArn"]) for e in found]

    def _report(self, message: str) -> None:
        if message.startswith("["):
            self._waits = 0
        self.said.append(message)

    def _stage(self) -> str:
        return next((line for line in reversed(self.said) if line.startswith("[")), "")


def telling(
    root: Any,
    monkeypatch: pytest.MonkeyPatch,
    *,
    kill: bool = False,
    second_gate: str = "passed",
    subject: Subject | None = None,
) -> Telling:
    """Stand three accounts up, each with its delivery, and let commands act on them."""
    subject = subject or LandedFlights()
    model = subject.model
    plug, works = Plug(kill=kill), Works(root=root, model=model)
    places: dict[str, Place] = {}
    people: dict[tuple[str, str], Place] = {}
    deliveries = []
    clients: dict[tuple[int, str], Any] = {}
    _remember_clients(monkeypatch, clients)
    for name in world.ACCOUNTS:
        world.stand_up(world.enter(root, name), model)
        places[name] = world.adopt_outputs(world.enter(root, name, "delivery"), model)
        for person in ("ada", "grace"):
            entered = plug.enter(world.enter(root, name, person))
            people[name, person] = world.adopt_outputs(entered, model)
        world.make_pipelines(places[name], model)
        ReleaseLines.of(places[name]).set_runtime_image(world.IMAGE)
        deliveries.append(_delivery(places[name], works))
    s3, bucket = places["dev"].client("s3"), places["dev"].platform.artifacts_bucket
    write_json(s3, bucket, f"releases/{'a' * 64}.json", world.RELEASE)
    told = Telling(
        plug=plug,
        works=works,
        places=places,
        deliveries=deliveries,
        book=Book(root / "story.json", model),
        subject=subject,
        second_gate=second_gate,
    )
    monkeypatch.setattr(Yard, "place", lambda self, name: people[name, "ada"])
    monkeypatch.setattr(Place, "as_role", lambda self, role: people[self.name, role])
    monkeypatch.setattr("time.sleep", told.wait)
    stand_in(monkeypatch, works)
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


def _remember_clients(monkeypatch: pytest.MonkeyPatch, known: dict[tuple[int, str], Any]) -> None:
    """A client costs more to make than all that these tests ask of it."""
    make: Callable[[Place, str], Any] = Place.client

    def client(place: Place, service: str) -> Any:
        key = (id(place.session), service)
        if key not in known:
            known[key] = make(place, service)
        return known[key]

    monkeypatch.setattr(Place, "client", client)
