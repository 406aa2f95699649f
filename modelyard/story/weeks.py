"""A week on the sandbox's clock: the watch job runs, alarms ring, delivery decides."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from modelyard.catalogue import kebab
from modelyard.delivery.journey import ENDED, Journey, Journeys, State
from modelyard.live.retrainings import journey_of
from modelyard.live.watch_job import WatchJob
from modelyard.live.watching import WatchedWeek, automatic_retrainings, weeks_in
from modelyard.place import Place
from modelyard.story.agreement import agree, wait_for_release
from modelyard.story.patience import until, until_ended, when_changed
from modelyard.story.replay import ONE_DAY
from modelyard.story.teller import Teller

if TYPE_CHECKING:
    from sandbox.clock import Clock, Move

WATCHED_AT = timedelta(days=8, hours=6, minutes=1)
"""From a week's Monday to just after the hour at which the spec's schedule watches it."""


@dataclass(frozen=True, kw_only=True)
class Happened:
    """What a week brought besides its figures."""

    week: WatchedWeek
    alarms: list[str] = field(default_factory=list)
    """Those that went into ALARM."""
    decided: list[dict[str, Any]] = field(default_factory=list)
    """What was decided about them."""


@dataclass(kw_only=True)
class Watch:
    """Has one week watched, in two parts: the world goes on while the job runs."""

    teller: Teller
    clock: "Clock"
    monday: date
    rung: list[str] = field(default_factory=list)

    @property
    def moment(self) -> datetime:
        """When the schedule watches it."""
        return datetime(self.monday.year, self.monday.month, self.monday.day, tzinfo=UTC) + (
            WATCHED_AT
        )

    def begin(self) -> None:
        """Move the clock past the moment, which starts the job and all else that is due."""
        reading = self.clock.read()
        job = WatchJob(self.teller.place("prod"), self.teller.model)
        # Its table speaks a moment before its pod has ended, and none starts beside another.
        until_ended(job)
        if not reading.simulated:
            # The first move only sets the clock: to before what this week is to bring.
            self.clock.advance_to(self.moment - ONE_DAY)
        if reading.now < self.moment or not reading.simulated:
            self._see(self.clock.advance_to(self.moment))
        else:
            # Its hour has passed in a run that was cut off, and it left no word of this week.
            job.start()

    def end(self) -> Happened:
        """Wait for what the job says; then alarms are evaluated and decisions followed."""
        place, model = self.teller.place("prod"), self.teller.model
        week = when_changed(
            place,
            f"metrics/{model}",
            lambda table: next(iter(weeks_in(table, self.monday)), None),
            f"the week of {self.monday} to be watched",
        )
        before = len(automatic_retrainings(place, model))
        # The job's verdicts are there now: the alarms are evaluated once more where the clock is.
        self._see(self.clock.advance(timedelta(0)))
        decided = _decisions(place, model, before, len(self.rung)) if self.rung else []
        for each in decided:
            what = "started" if each["starts"] else "skipped"
            self.teller.report(f"{each['cause']}: retraining {what}; {each['reason']}")
        return Happened(week=week, alarms=self.rung, decided=decided)

    def _see(self, move: "Move") -> None:
        for fired in move.fired:
            if fired.result == "failed":
                self.teller.report(
                    f"{fired.kind} {fired.name} of {fired.environment}: {fired.detail}"
                )
        self.rung += rung(move, self.teller.model)


def rung(move: "Move", model: str) -> list[str]:
    """Names of the model's alarms that went into ALARM in production."""
    # With the environment before it: another model's name may end like this one's.
    mark = f"-prod-{kebab(model)}-drift-"
    return [
        each.name
        for each in move.alarms
        if each.environment == "prod" and each.after == "ALARM" and mark in each.name
    ]


def settle(teller: Teller) -> None:
    """Follow retrainings that started by themselves to where they are live, or stay for good.

    Grace approves one that passed its gate; one that did not is kept with its reason, and the
    champion stays.
    """
    waiting = under_way(teller.place("prod"), teller.model)
    if waiting:
        # Whoever asks while a version goes live by itself must not notice.
        with teller.traffic.flowing():
            for each in waiting:
                _follow(teller, each)


def _follow(teller: Teller, waiting: Journey) -> None:
    from modelyard.live.promotion import follow

    journey = follow(teller.place("prod"), waiting.id, teller.report)
    if journey.state is State.AWAITING_APPROVAL:
        agree(teller, journey.version, waive=False)
        wait_for_release(teller, journey.id)
    elif journey.state is State.AWAITING_WAIVER:
        teller.report(f"version {journey.version} is kept, the champion stays: {journey.reason}")
    elif journey.state in ENDED:
        teller.report(f"version {journey.version}: {journey.state.value} {journey.reason}")


def under_way(place: Place, model: str) -> list[Journey]:
    """Retrainings that started by themselves and that something is still to become of.

    One that waits for a waiver has failed its gate: nothing more comes of it by itself.
    """
    return [
        each
        for each in Journeys.of(place).open()
        if each.model == model and each.cause and each.state is not State.AWAITING_WAIVER
    ]


def _decisions(place: Place, model: str, before: int, alarms: int) -> list[dict[str, Any]]:
    """Wait until delivery has decided about every alarm, and begun what it decided on."""

    def decided() -> list[dict[str, Any]] | None:
        found = automatic_retrainings(place, model)[before:]
        return found if len(found) >= alarms else None

    found = until(decided, "delivery to decide about the alarm")
    started = [journey_of(place, model, each) for each in found if each["starts"]]
    journeys = Journeys.of(place)
    until(lambda: all(map(journeys.find, started)) or None, "the retraining to begin")
    return found
