"""Asking delivery to carry a release into an environment, and following it there."""

import time
import uuid
from collections.abc import Callable
from typing import Any

from modelyard import catalogue
from modelyard.delivery import approvals, events, evidence
from modelyard.delivery.journey import ENDED, PARKED, Journey, Journeys, State, now
from modelyard.delivery.lock import Lock
from modelyard.delivery.operations import Operations
from modelyard.errors import RefusedError
from modelyard.place import Place, person
from modelyard.target import Yard

GATED = "prod"
"""The environment that takes nothing without someone else's approval."""
REQUEST_SECONDS = 60.0
"""The lease of the lock until the journey is recorded: so long does a killed request hold it."""


def request_promotion(
    yard: Yard,
    model: str,
    target: str,
    release: dict[str, Any],
    window: dict[str, str],
    *,
    id: str = "",
) -> Journey:
    """Check what can be checked before, take the model's promotion lock and tell delivery.

    Interrupted, it withdraws what it began, unless delivery has taken it up.
    """
    before = yard.place(catalogue.environment_before(target))
    place = yard.place(target)
    evidence.require(before, model, release["image_digest"], target=target)
    approval = _approval(place, model, release)
    operations = Operations.of(place)
    journey = Journey(
        id=id or f"{model}-{target}-{uuid.uuid4().hex[:12]}".replace("_", "-"),
        model=model,
        environment=target,
        requested_by=place.caller,
        requested_at=now(),
        release=release,
        approval=approval,
        window=window,
    )
    lock = Lock(operations, f"promotion#{model}")
    what = f"promotion {journey.id} of {model} {release['git_sha'][:7]} into {target}"
    requester = person(place.caller)
    journeys = Journeys(operations)
    try:
        lock.require(journey.id, person=requester, purpose=what, lease=REQUEST_SECONDS)
        journeys.begin(journey)
        lock.require(journey.id, person=requester, purpose=what)
        events.send(place, events.PROMOTION, {"journey": journey.id, "model": model})
    except BaseException:
        # Delivery takes up every journey that is recorded, with the event or without.
        if journeys.withdraw(journey.id):
            lock.release(journey.id)
        raise
    return journey


def follow(
    place: Place, journey_id: str, report: Callable[[str], None], *, patience: float = 1800.0
) -> Journey:
    """Wait until a journey has ended or waits for a person, telling every step."""
    journeys = Journeys.of(place)
    told: set[str] = set()
    state = None
    deadline = time.monotonic() + patience
    while True:
        journey = journeys.find(journey_id)
        if journey is None:
            raise RefusedError(f"Delivery in {place.name} knows no journey {journey_id}.")
        for step in [each for each in journey.done if each not in told]:
            told.add(step)
            report(f"{place.name} {journey.model}: {step} done")
        if journey.state is not state:
            state = journey.state
            report(f"{place.name} {journey.model}: {state.value}")
        if journey.state in ENDED | PARKED:
            return journey
        if time.monotonic() > deadline:
            raise RefusedError(
                f"{journey_id} is still {journey.state.value} after {patience:.0f} s.",
                remedy="delivery goes on by itself; is it running? modelyard sandbox status",
            )
        time.sleep(0.2)


def follow_run(
    place: Place, run: str, report: Callable[[str], None], *, patience: float = 1800.0
) -> Journey:
    """Wait for the journey of a training run that delivery has adopted, then follow it."""
    journeys = Journeys.of(place)
    deadline = time.monotonic() + patience
    while True:
        known = journeys.by_run(run)
        if known is not None:
            return follow(place, known.id, report, patience=deadline - time.monotonic())
        if time.monotonic() > deadline:
            raise RefusedError(
                f"Delivery in {place.name} has not taken up run {run}.",
                remedy="is it running? modelyard sandbox status; modelyard sandbox logs delivery",
            )
        time.sleep(0.2)


def require_live(journey: Journey) -> Journey:
    """Return a journey that went live, or refuse with the reason it did not."""
    if journey.state is State.LIVE:
        return journey
    if journey.state in PARKED:
        raise RefusedError(
            f"{journey.model} in {journey.environment} is {journey.state.value}.",
            remedy=journey.reason,
        )
    raise RefusedError(
        f"{journey.model} was {journey.state.value} in {journey.environment}: {journey.reason}",
        remedy="what was live before is live still (modelyard status)",
    )


def _approval(place: Place, model: str, release: dict[str, Any]) -> dict[str, Any]:
    if place.name != GATED:
        return {}
    found = approvals.holding(place, model=model, release=release, requester=place.caller)
    if found is None:
        raise approvals.missing(place, model)
    return found


def require_code_mode(name: str) -> None:
    """Refuse a model whose versions travel as bytes, which delivery cannot carry yet."""
    from ml.spec import load_model
    from modelyard.checkout import root

    if load_model(root() / "models" / name).promotion.mode != "code":
        raise RefusedError(
            f"{name} says promotion.mode: model, which delivery cannot carry yet.",
            remedy=f"set promotion.mode: code in models/{name}/model.yaml",
        )
