"""Moves journeys step by step, so that a crash at any point is continued and never repeated."""

import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from modelyard.delivery import recording, steps
from modelyard.delivery.ending import end, let_others
from modelyard.delivery.journey import ENDED, Journey, State, now
from modelyard.delivery.judging import ParkedError, judge
from modelyard.delivery.lock import LostLockError
from modelyard.delivery.station import Station
from modelyard.delivery.steps import Step
from modelyard.errors import RefusedError

BEFORE_TRAINING: Sequence[tuple[str, Step]] = (
    ("verify", steps.verify_request),
    ("copy", steps.copy_image),
    ("train", steps.start_training),
)
BEFORE_RETRAINING: Sequence[tuple[str, Step]] = (
    # The release is live here already: it was approved and copied when it came.
    ("train", steps.start_training),
    ("tell", recording.retraining),
)
AFTER_REGISTRATION: Sequence[tuple[str, Step]] = (
    ("judge", judge),
    ("line", steps.write_line),
    ("deploy", steps.deploy),
    ("smoke", steps.smoke),
    ("load", steps.load),
    ("evidence", steps.store_evidence),
    ("ledger", recording.release),
    ("approve", steps.approve_version),
)
CHANGES_WHAT_IS_LIVE = {"line", "deploy", "smoke", "load", "evidence", "ledger"}
"""A no at one of these takes the version back; after them it is in the ledger as released."""


def request_training(journey: Journey, station: Station) -> Journey:
    """Take what was requested to where its training runs."""
    way = BEFORE_RETRAINING if journey.cause else BEFORE_TRAINING
    journey = _walk(journey, station, way)
    if journey.state is not State.REQUESTED:
        return journey
    return _save(station, journey.model_copy(update={"state": State.TRAINING}))


def release(journey: Journey, station: Station) -> Journey:
    """Take a registered version to where it is live, or to where it waits or ends."""
    with _alone(journey, station) as station:
        # Whoever held the lock before may have moved it on.
        journey = station.journeys.find(journey.id) or journey
        if journey.state is not State.RELEASING:
            return journey
        if came_between := _came_between(journey, station):
            return end(journey, station, State.FAILED, came_between)
        journey = _walk(journey, station, AFTER_REGISTRATION)
        if journey.state is not State.RELEASING:
            return journey
        return end(journey, station, State.LIVE, "")


@contextmanager
def _alone(journey: Journey, station: Station) -> Iterator[Station]:
    """Let no other engine run on the stack meanwhile; a rollback takes this lock too.

    The station that this gives asks before each change whether the lock is still its own.
    """
    purpose = f"releasing {journey.model} into {station.place.name}"
    # Of two workers on one journey each is somebody else: the same token would let both in.
    token = f"{journey.id} {uuid.uuid4().hex}"
    person = journey.requested_by
    with station.line_lock().waiting(token, person=person, purpose=purpose) as still_ours:
        yield station.holding(still_ours)


def _came_between(journey: Journey, station: Station) -> str:
    """What others made live while this one was cut off behind its line; nothing if its line is.

    Once it is recorded as released, whatever comes after it comes after its end.
    """
    live = station.lines.live(journey.model)
    if "line" not in journey.done or live == journey.done["line"]["line"]:
        return ""
    if station.machinery.is_recorded(station.place, recording.operation_of_release(journey)):
        return ""
    what = f"version {live['version']}" if live else "no version"
    return f"its release was cut off, and {what} is live since"


def give_up(journey: Journey, station: Station, reason: str) -> Journey:
    """End a journey that fails for good; the version before it is the live one again."""
    with _alone(journey, station) as station:
        journey = station.journeys.find(journey.id) or journey
        if journey.state in ENDED:
            return journey
        if came_between := _came_between(journey, station):
            reason = f"{reason} ({came_between})"
        elif "line" in journey.done:
            reason = f"{reason} ({_gone_back(journey, station)})"
        return end(journey, station, State.FAILED, reason)


def _gone_back(journey: Journey, station: Station) -> str:
    try:
        _go_back(journey, station)
    except LostLockError:
        raise
    except Exception as error:
        text = f"{type(error).__name__}: {error}"
        station.report(f"{station.place.name} {journey.model}: going back: {text}")
        # Its line leads back already, whatever runs the engine next.
        return f"modelyard deploy {station.place.name} makes the version before live again"
    return "the version before is live again"


def _walk(journey: Journey, station: Station, way: Sequence[tuple[str, Step]]) -> Journey:
    for name, step in way:
        if name in journey.done:
            continue
        station.report(f"{station.place.name} {journey.model}: {name}")
        station.still_ours()
        begun = time.monotonic()
        try:
            facts = step(journey, station)
        except ParkedError as parked:
            return _park(journey, station, parked)
        except RefusedError as error:
            return _refuse(journey, station, name, error)
        known = {"execution": facts["execution"]} if "execution" in facts else {}
        journey = _save(station, journey.with_done(name, _stamped(facts, begun), **known))
        # Renewed at every step: the lease must outlast the longest of them, not the whole way.
        keep_lock(journey, station)
    return journey


def keep_lock(journey: Journey, station: Station) -> None:
    """Renew the promotion lock while the journey is on its way.

    Where it ran out and another has it, both go on: the lock of the lines puts them in order.
    """
    station.promotion_lock(journey.model).take(
        journey.id, person=journey.requested_by, purpose=_purpose(journey)
    )


def _park(journey: Journey, station: Station, parked: ParkedError) -> Journey:
    station.report(f"{station.place.name} {journey.model}: {parked.state.value}; {parked.reason}")
    waiting = _save(
        station, journey.model_copy(update={"state": parked.state, "reason": parked.reason})
    )
    let_others(waiting, station)
    return waiting


def _refuse(journey: Journey, station: Station, step: str, error: RefusedError) -> Journey:
    reason = f"{step}: {error.message}"
    if step in CHANGES_WHAT_IS_LIVE and "line" in journey.done:
        station.report(f"{station.place.name} {journey.model}: {step} failed, going back")
        _go_back(journey, station)
        return end(journey, station, State.FAILED, f"{reason} (the version before is live again)")
    return end(journey, station, State.REFUSED, reason)


def _go_back(journey: Journey, station: Station) -> None:
    line = journey.done["line"]["line"]
    steps_before = {*dict(BEFORE_TRAINING), "judge"}
    done = {name: facts for name, facts in journey.done.items() if name in steps_before}
    station.still_ours()
    # First of all: cut off from here on, it begins anew with its line, or ends without it.
    _save(station, journey.model_copy(update={"done": done}))
    if station.lines.live(journey.model) == line:
        station.lines.withdraw(journey.model)
    station.still_ours()
    station.machinery.deploy(station.place)


def _save(station: Station, journey: Journey) -> Journey:
    return station.journeys.save(journey)


def _stamped(facts: dict[str, Any], begun: float) -> dict[str, Any]:
    return {**facts, "at": now(), "seconds": round(time.monotonic() - begun, 2)}


def _purpose(journey: Journey) -> str:
    what = journey.release.get("git_sha", "")[:7] or journey.version
    if journey.cause:
        return f"retraining {journey.id} of {journey.model}, requested by {journey.cause}"
    return f"promotion {journey.id} of {journey.model} {what} into {journey.environment}"
