"""Moves the clock, and on the way fires what is due and evaluates the alarms, in order of time."""

import datetime
import sys
import threading
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from sandbox.timeline.clock import ClockError, SandboxClock, text, wall
from sandbox.timeline.due import LIMIT, Due, Outcome, Source, everything_due, latest_of_each


@dataclass(frozen=True, kw_only=True)
class Fired:
    """One thing that was due, and what it led to at one of its targets."""

    due: Due
    outcome: Outcome


@dataclass(frozen=True, kw_only=True)
class AlarmChange:
    """One alarm that went from one state to another."""

    at: datetime.datetime
    environment: str
    name: str
    before: str
    after: str
    reason: str


@dataclass(kw_only=True)
class Moved:
    """Everything that one move of the clock did."""

    before: datetime.datetime
    fired: list[Fired] = field(default_factory=list)
    alarms: list[AlarmChange] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    """What was provisioned and cannot be read, reached or evaluated here; each told once."""


class Alarms(Protocol):
    """Evaluates all alarms of all environments."""

    def replay(
        self, after: datetime.datetime, until: datetime.datetime, problems: list[str]
    ) -> list[AlarmChange]:
        """Evaluate at every moment in (after, until] at which the outcome can change."""

    def observe(self, now: datetime.datetime, problems: list[str]) -> list[AlarmChange]:
        """Take the emulator's own measurements and evaluate once, by the machine's time."""


class Timeline:
    """One move at a time; what a move fires is known when it returns."""

    def __init__(self, clock: SandboxClock, alarms: Alarms, sources: Sequence[Source]) -> None:
        self.clock = clock
        self._alarms = alarms
        self._sources = list(sources)
        self._followers: list[Callable[[bool], list[str]]] = []
        self._lock = threading.RLock()
        self._seen = wall()
        self._told: set[str] = set()

    def add(self, source: Source) -> None:
        """Let another source take part."""
        self._sources.append(source)

    def follow(self, follower: Callable[[bool], list[str]]) -> None:
        """Tell somebody whenever the clock was set or goes with the machine again.

        What the follower could not do, it returns in words.
        """
        self._followers.append(follower)

    def move(self, until: datetime.datetime) -> Moved:
        """Go forward to the moment; raises `ClockError`, and then nothing has happened.

        The first move away from the machine's time goes anywhere and fires nothing.
        """
        with self._lock:
            self.clock.refuse_back(until)
            moved = Moved(before=self.clock.now())
            if not self.clock.simulated:
                self._stand(until, moved)
                return moved
            self._replay(self._due(moved.before, until, moved), until, moved)
            return moved

    def advance(self, seconds: float) -> Moved:
        """Go forward by so many seconds, from the machine's time if nobody has set the clock."""
        with self._lock:
            if seconds < 0:
                raise ClockError(
                    f"The clock cannot go {-seconds:g} s back.", "Give a time forward: 7d, 12h."
                )
            start = self.clock.now()
            try:
                until = start + datetime.timedelta(seconds=seconds)
            except (OverflowError, ValueError) as error:
                raise ClockError(f"{seconds:g} s is beyond the calendar.", "Give less.") from error
            moved = Moved(before=start)
            due = self._due(start, until, moved)
            if not self.clock.simulated:
                self._stand(start, moved)
            self._replay(due, until, moved)
            return moved

    def real(self) -> Moved:
        """Go with the machine again; nothing fires."""
        with self._lock:
            moved = Moved(before=self.clock.now())
            self.clock.real()
            self._seen = wall()
            self._tell(False, moved)
            return moved

    def tick(self) -> Moved | None:
        """Do what the machine's time asks for since the last tick; None while the clock is set."""
        with self._lock:
            if self.clock.simulated:
                return None
            moved, now = Moved(before=self._seen), wall()
            # First of all: what raises below would raise again at every later tick.
            self._seen = now
            sources = [each for each in self._sources if each.by_wall]
            due = everything_due(sources, moved.before, now, moved.problems)
            if len(due) > LIMIT:
                moved.problems.append(
                    f"{len(due)} things were due between {text(moved.before)} and {text(now)}, "
                    "while nobody looked: of each only the latest is started."
                )
                due = latest_of_each(due)
            for each in due:
                self._fire(each, moved)
            moved.alarms += self._alarms.observe(now, moved.problems)
            for problem in moved.problems:
                if problem not in self._told:
                    sys.stderr.write(f"clock: {problem}\n")
                    self._told.add(problem)
            return moved

    def _stand(self, moment: datetime.datetime, moved: Moved) -> None:
        self.clock.set(moment)
        self._tell(True, moved)

    def _tell(self, simulated: bool, moved: Moved) -> None:
        for follower in self._followers:
            moved.problems += follower(simulated)

    def _due(self, after: datetime.datetime, until: datetime.datetime, moved: Moved) -> list[Due]:
        due = everything_due(self._sources, after, until, moved.problems)
        if len(due) > LIMIT:
            raise ClockError(
                f"{len(due)} things are due between {text(after)} and {text(until)}, "
                f"more than {LIMIT}.",
                "Move the clock in smaller steps.",
            )
        return due

    def _replay(self, due: list[Due], until: datetime.datetime, moved: Moved) -> None:
        for each in due:
            self._advance(each.at, moved)
            self._fire(each, moved)
        self._advance(until, moved, last=True)

    def _advance(self, until: datetime.datetime, moved: Moved, *, last: bool = False) -> None:
        after = self.clock.now()
        if until > after or last:
            self.clock.set(until)
            moved.alarms += self._alarms.replay(after, until, moved.problems)

    def _fire(self, due: Due, moved: Moved) -> None:
        try:
            outcomes = due.fire()
        except Exception as error:
            # What is due after it must not be lost with it.
            traceback.print_exc(file=sys.stderr)
            outcomes = [Outcome(target=due.name, result="failed", detail=repr(error))]
        for outcome in outcomes:
            moved.fired.append(Fired(due=due, outcome=outcome))
            sys.stderr.write(
                f"clock: {text(due.at)} {due.kind} {due.environment}/{due.name}: "
                f"{outcome.target} {outcome.result} {outcome.detail}\n"
            )
