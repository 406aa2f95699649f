"""A model in staging to which everything happens that delivery and rollback are made for."""

import itertools
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from modelyard import versions
from modelyard.catalogue import kebab
from modelyard.delivery import waivers, worker
from modelyard.delivery.attempting import attempt
from modelyard.delivery.events import PROMOTION, REGISTERED, WAIVER, Event
from modelyard.delivery.journey import PARKED, Journey, State
from modelyard.delivery.lock import LostLockError
from modelyard.delivery.reconciling import Reconciler
from modelyard.delivery.station import Station
from modelyard.errors import RefusedError
from modelyard.live.releases import ReleaseLines
from modelyard.live.rollback import roll_back
from modelyard.live.rollback_intent import Intents
from modelyard.place import Place
from tests.modelyard import world
from tests.modelyard.cut_anywhere import Cut, Moments
from tests.modelyard.world import Works, station

NUMBERS = itertools.count(1)


@dataclass(kw_only=True)
class HonestWorks(Works):
    """A cluster that tells a smoke test what it really serves."""

    moments: Moments

    def _did(self, what: str) -> None:
        super()._did(what)
        self.moments.reach()

    def _smoke(self, place: Place, version: versions.Version, model: str) -> dict[str, Any]:
        if self.served[place.name] != version.number:
            raise RefusedError(f"The endpoint serves version {self.served[place.name]}.")
        return super()._smoke(place, version, model)


def history_told(ledger: list[dict[str, Any]]) -> list[str]:
    """The versions that were live one after the other and not taken back, as the ledger says."""
    told: list[str] = []
    for entry in ledger:
        if entry["kind"] == "rolled_back" and told[-1:] == [entry["from_version"]]:
            told.pop()
        if entry["kind"] in {"released", "rolled_back"} and told[-1:] != [entry["version"]]:
            told.append(entry["version"])
    return told


def come_again(ledger: list[dict[str, Any]]) -> list[str]:
    """The versions that were released although somebody had taken them back."""
    return [
        entry["version"]
        for number, entry in enumerate(ledger)
        if entry["kind"] == "released"
        and entry["version"] in {each.get("from_version") for each in ledger[:number]}
    ]


class Eventful:
    """One model whose first version is live; its own name keeps it apart from those before it."""

    def __init__(self, place: Place, moments: Moments) -> None:
        self.model = f"m{next(NUMBERS)}"
        self.place = world.adopt_outputs(place, self.model)
        self.grace = world.adopt_outputs(moments.grace, self.model)
        self.moments = moments
        self.works = HonestWorks(root=place.root, model=self.model, moments=moments)
        self.events: list[Event] = []
        for file in self.lines.path.parent.glob("*.yaml"):
            file.unlink()  # of the models before it
        place.client("sagemaker").create_model_package_group(
            ModelPackageGroupName=kebab(self.model)
        )
        first = versions.describe(place, world.register(place, "first", model=self.model))
        versions.approve(place, first, "released before")
        self.lines.put(self.model, first.line)
        self.works.served[place.name] = "1"
        self.works.ledger.append({"operation": "0", "kind": "released", "version": "1"})

    @property
    def lines(self) -> ReleaseLines:
        """Which version is live."""
        return ReleaseLines.of(self.place)

    @property
    def seat(self) -> Station:
        """A worker that has just started; each step it comes to is a moment."""

        def report(message: str) -> None:
            self.moments.reach()

        return replace(station(self.place, self.works), report=report)

    def do(self, work: Callable[[], object], drawn: tuple[str, int] | None) -> None:
        """Do a piece of work until it ends or is killed, or around what others do meanwhile."""
        others: dict[str, Callable[[], object] | None] = {
            "kill": None,
            "back": self.back,
            "release": lambda: self.heard(self.registered()),
            "start": lambda: worker.sweep(self.seat),
        }
        cut = Cut(after=drawn[1], meanwhile=others[drawn[0]]) if drawn else None
        self.moments.run(work, cut)

    def heard(self, event: Event) -> None:
        """Let a worker hear of an event."""
        attempt(event, self.seat, 1)

    def registered(self, run: str = "", gate: str = "passed") -> Event:
        """Register a version as a pipeline does, by itself or for a journey."""
        run = run or f"run{next(NUMBERS)}"
        arn = world.register(self.place, run, gate=gate, model=self.model)
        self.events.append(Event(id=run, kind=REGISTERED, detail={"ModelPackageArn": arn}))
        return self.events[-1]

    def promoted(self) -> Event:
        """Ask for a promotion."""
        journey = Journey(
            id=f"asked{next(NUMBERS)}",
            model=self.model,
            environment=self.place.name,
            requested_by=self.place.caller,
            requested_at="2030-01-01T00:00:00Z",
            release=world.RELEASE,
        )
        self.seat.journeys.begin(journey)
        self.events.append(Event(id="asked", kind=PROMOTION, detail={"journey": journey.id}))
        return self.events[-1]

    def trained(self) -> list[Event]:
        """End every training that runs."""
        known = {event.id for event in self.events}
        return [
            self.registered(journey.run)
            for journey in self.seat.journeys.open()
            if journey.state is State.TRAINING and journey.run not in {"", *known}
        ]

    def parked(self) -> list[Journey]:
        """What waits for a person."""
        return [each for each in self.seat.journeys.open() if each.state in PARKED]

    def answered(self, journey: Journey, *, rejects: bool) -> Event:
        """Reject a version that waits, or waive its gate."""
        if rejects:
            self.place.client("sagemaker").update_model_package(
                ModelPackageArn=journey.package,
                ModelApprovalStatus=versions.REJECTED,
                CustomerMetadataProperties=versions.describe(self.place, journey.package).facts,
            )
            return Event(id="no", kind=REGISTERED, detail={"ModelPackageArn": journey.package})
        today = self.seat.today()
        waivers.grant(
            self.grace,
            model=self.model,
            version=versions.describe(self.grace, journey.package),
            release=world.RELEASE,
            reason="season",
            expires=(today + timedelta(days=1)).isoformat(),
            today=today,
        )
        detail = {"model": self.model, "version": journey.version}
        return Event(id="yes", kind=WAIVER, detail=detail)

    def back(self) -> None:
        """Type `modelyard rollback`."""
        try:
            roll_back(
                self.place,
                self.model,
                "too many alarms",
                lambda message: self.moments.reach(),
                deploy=lambda place, report: self.works._deploy(place),
                served=lambda place, model: self.works.served[place.name],
                check=lambda place, model, line: None,
            )
        except (RefusedError, LostLockError):
            return  # told to whoever typed it

    def settle(self) -> None:
        """Let everything come to its end: nothing is cut off any more, and people answer."""
        looking, self.works.training = Reconciler(self.seat), "Succeeded"
        for _ in range(12):
            worker.sweep(self.seat)
            for event in self.trained():
                self.heard(event)
            for journey in self.parked():
                self.heard(self.answered(journey, rejects=True))
            if not looking.look() and not self.seat.journeys.open() and not looking._missing:
                break
        if Intents(self.seat.operations, self.model).begun(self.lines):
            self.back()
