"""A week on the sandbox's clock: the watch job runs, alarms ring, delivery decides."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeVar

from modelyard.delivery.journey import ENDED, PARKED, Journey, State
from modelyard.errors import RefusedError
from modelyard.live.landing import delta
from modelyard.live.watching import WatchedWeek, automatic_retrainings, watched_weeks
from modelyard.place import Place
from modelyard.story.agreement import agree, wait_for_release
from modelyard.story.attempts import journeys_of
from modelyard.story.teller import MODEL, Teller

if TYPE_CHECKING:
    from sandbox.clock import Clock, Move

T = TypeVar("T")
Span = tuple[date, date] | tuple[datetime, datetime]
WEEK = timedelta(days=7)
WATCHED_AT = timedelta(days=8, hours=6, minutes=1)
"""From a week's Monday to just after the hour at which the spec's schedule watches it."""
PATIENCE = 180.0


@dataclass(frozen=True, kw_only=True)
class Happened:
    """What a week brought besides its figures."""

    week: WatchedWeek
    alarms: list[str] = field(default_factory=list)
    journey: Journey | None = None
    """A retraining that it started."""


def watch_week(teller: Teller, clock: "Clock", monday: date) -> Happened:
    """Move the clock to where the week is watched, and see what comes of it."""
    place = teller.place("prod")
    moment = datetime(monday.year, monday.month, monday.day, tzinfo=UTC) + WATCHED_AT
    decided = len(automatic_retrainings(place, MODEL))
    _tell_failures(teller, clock.advance_to(moment))
    week = _until(lambda: _watched(place, monday), f"the week of {monday} to be watched")
    # The job's verdicts are there now: the alarms are evaluated once more where the clock stands.
    rung = _rung(clock.advance(timedelta(0)))
    for name in rung:
        teller.report(f"alarm {name}")
    journey = _decision(teller, place, decided, len(rung)) if rung else None
    return Happened(week=week, alarms=rung, journey=journey)


def wait_for_rows(place: Place, table: str, column: str, between: Span, rows: int) -> None:
    """Wait until the collector has merged what was asked, or told, in a span of time."""
    import pyarrow.dataset as columns

    where = (columns.field(column) >= between[0]) & (columns.field(column) <= between[1])

    def merged() -> bool | None:
        found = delta(place, f"{table}/{MODEL}")
        if found is None:
            return None
        dataset = found.to_pyarrow_dataset()
        if column not in dataset.schema.names:
            return None
        return dataset.count_rows(filter=where) >= rows or None

    _until(merged, f"{rows:,} rows in {table}/{MODEL}")


def settle(teller: Teller) -> Journey | None:
    """Follow a retraining that started by itself to where it is live, or stays for its gate.

    Grace approves one that passed its gate; one that did not is kept with its reason, and the
    champion stays.
    """
    place = teller.place("prod")
    waiting = [each for each in journeys_of(place).open() if each.model == MODEL and each.cause]
    if not waiting:
        return None
    from modelyard.live.promotion import follow

    journey = follow(place, waiting[-1].id, teller.report)
    if journey.state is State.AWAITING_APPROVAL:
        agree(teller, journey.version, waive=False)
        wait_for_release(teller, journey.id)
    elif journey.state in PARKED:
        teller.report(f"version {journey.version} is kept, the champion stays: {journey.reason}")
    elif journey.state in ENDED:
        teller.report(f"version {journey.version}: {journey.state.value} {journey.reason}")
    return journeys_of(place).find(journey.id)


def _decision(teller: Teller, place: Place, before: int, alarms: int) -> Journey | None:
    """Wait until delivery has decided about every alarm, and follow what it started."""
    decided = _until(
        lambda: _if_longer(automatic_retrainings(place, MODEL), before + alarms),
        "delivery to decide about the alarm",
    )
    for each in decided[before:]:
        what = "started" if each["starts"] else "skipped"
        teller.report(f"retraining for {each['cause']}: {what}; {each['reason']}")
    if any(each["starts"] for each in decided[before:]):
        _until(lambda: [e for e in journeys_of(place).open() if e.cause] or None, "its journey")
        return settle(teller)
    return None


def _if_longer(found: list[dict[str, Any]], count: int) -> list[dict[str, Any]] | None:
    return found if len(found) >= count else None


def _watched(place: Place, monday: date) -> WatchedWeek | None:
    found = [each for each in watched_weeks(place, MODEL) if each.week == monday.isoformat()]
    return found[0] if found else None


def _rung(move: "Move") -> list[str]:
    """Names of this model's alarms that went into ALARM in production."""
    kebab = MODEL.replace("_", "-")
    return [
        each.name
        for each in move.alarms
        if each.environment == "prod" and each.after == "ALARM" and f"{kebab}-drift" in each.name
    ]


def _tell_failures(teller: Teller, move: "Move") -> None:
    for each in move.fired:
        if each.result == "failed":
            teller.report(f"{each.kind} {each.name} of {each.environment}: {each.detail}")


def _until(look: Callable[[], T | None], what: str) -> T:
    deadline = time.monotonic() + PATIENCE
    while (found := look()) is None:
        if time.monotonic() > deadline:
            raise RefusedError(
                f"Waited {PATIENCE:.0f} s for {what}.",
                remedy="kubectl --context prod -n models get jobs,pods; "
                "modelyard sandbox logs delivery; then: make up",
            )
        time.sleep(0.3)
    return found
