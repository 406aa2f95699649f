"""A week is watched when its hour comes, and everything that rang is decided before the next."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from modelyard.story import weeks
from modelyard.story.weeks import Watch, rung
from sandbox.clock import AlarmChange, Firing, Move, Reading

MONDAY = date(2013, 12, 2)
TUESDAY = datetime(2013, 12, 10, 6, 1, tzinfo=UTC)
LATE = "modelyard-releases-prod-flight-delay-drift-label-rate-1a2b3c4"


def change(name: str, after: str = "ALARM", environment: str = "prod") -> AlarmChange:
    return AlarmChange(
        at=TUESDAY, environment=environment, name=name, before="OK", after=after, reason=""
    )


@dataclass
class Clock:
    """Moves as it is told, and rings what it was given once the job has spoken."""

    now: datetime
    simulated: bool = True
    rings: tuple[AlarmChange, ...] = ()
    moves: list[datetime | timedelta] = field(default_factory=list)

    def read(self) -> Reading:
        return Reading(now=self.now, simulated=self.simulated)

    def advance_to(self, moment: datetime) -> Move:
        self.moves.append(moment)
        return self._move(moment, ())

    def advance(self, by: timedelta) -> Move:
        self.moves.append(by)
        return self._move(self.now + by, self.rings)

    def _move(self, to: datetime, alarms: tuple[AlarmChange, ...]) -> Move:
        before, self.now, self.simulated = self.now, to, True
        failed = Firing(
            at=to,
            kind="CronJob",
            environment="prod",
            name="models/watch",
            target="",
            result="failed",
            detail="no quota",
        )
        reading = Reading(now=to, simulated=True)
        return Move(reading=reading, before=before, fired=(failed,), alarms=alarms, problems=())


@dataclass
class Job:
    """Runs for as many looks as it was given."""

    looks: int = 0
    started: int = 0

    def runs(self) -> bool:
        self.looks -= 1
        return self.looks >= 0

    def start(self) -> None:
        self.started += 1


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture(autouse=True)
def job(monkeypatch: pytest.MonkeyPatch) -> Job:
    found = Job()
    monkeypatch.setattr(weeks, "WatchJob", lambda place, model: found)
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    return found


def watch(clock: Clock, said: list[str]) -> Watch:
    teller: Any = SimpleNamespace(
        model="flight_delay", place=lambda name: name, report=said.append
    )
    return Watch(teller=teller, clock=clock, monday=MONDAY)  # type: ignore[arg-type]


def test_the_clock_goes_to_just_after_the_hour_of_the_schedule(said: list[str]) -> None:
    clock = Clock(now=TUESDAY - timedelta(days=7))
    watch(clock, said).begin()
    assert clock.moves == [TUESDAY]
    assert said == ["CronJob models/watch of prod: no quota"]


def test_a_clock_that_goes_with_the_machine_is_set_first_for_the_first_move_fires_nothing(
    said: list[str],
) -> None:
    clock = Clock(now=datetime(2026, 1, 1, tzinfo=UTC), simulated=False)
    watch(clock, said).begin()
    assert clock.moves == [TUESDAY - timedelta(days=1), TUESDAY]


def test_a_moment_that_has_passed_is_not_gone_to_again_and_the_job_started_by_hand(
    said: list[str], job: Job
) -> None:
    """A run that was cut off had gone there, and what it started left no word of the week."""
    clock = Clock(now=TUESDAY)
    watch(clock, said).begin()
    assert (clock.moves, job.started) == ([], 1)


def test_a_job_that_has_not_ended_is_waited_for_as_none_starts_beside_it(
    said: list[str], job: Job
) -> None:
    job.looks = 3
    clock = Clock(now=TUESDAY - timedelta(days=7))
    watch(clock, said).begin()
    assert job.looks == -1
    assert (clock.moves, job.started) == ([TUESDAY], 0)


def test_only_this_models_alarms_of_production_count_and_only_when_they_ring() -> None:
    others = (
        change("modelyard-releases-prod-flight-delay-slow"),
        change(LATE, environment="dev"),
        change(LATE, after="OK"),
        change("modelyard-releases-prod-diabetes-drift-performance"),
        change("modelyard-releases-prod-late-flight-delay-drift-performance"),
    )
    move = Clock(now=TUESDAY)._move(TUESDAY, (*others, change(LATE)))
    assert rung(move, "flight_delay") == [LATE]


def test_what_rang_is_decided_before_the_week_is_over(
    said: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    decision = {"starts": False, "cause": f"alarm {LATE}", "reason": "cool-down", "key": "k"}
    asked = iter([[], [], [decision]])
    monkeypatch.setattr(weeks, "automatic_retrainings", lambda place, model: next(asked))
    monkeypatch.setattr(weeks, "when_changed", lambda place, name, look, what: "the week")
    journeys = SimpleNamespace(of=lambda place: SimpleNamespace(find=lambda id: None))
    monkeypatch.setattr(weeks, "Journeys", journeys)
    clock = Clock(now=TUESDAY, rings=(change(LATE),))
    happened = watch(clock, said).end()
    assert clock.moves == [timedelta(0)]
    assert (happened.alarms, happened.decided) == ([LATE], [decision])
    assert said[-1] == f"alarm {LATE}: retraining skipped; cool-down"
