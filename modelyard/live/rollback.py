"""The way back: code and model of the previous version, through the releases project only."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass

from modelyard.delivery.history import append_once
from modelyard.delivery.journey import Journeys
from modelyard.delivery.lock import Lock, StillOurs
from modelyard.delivery.operations import Operations
from modelyard.errors import RefusedError, UsageError, YardError
from modelyard.live.deploying import deploy_lines
from modelyard.live.endpoint import endpoint, wait_ready
from modelyard.live.packages import require_servable
from modelyard.live.releases import Line, ReleaseLines
from modelyard.live.rollback_intent import Intent, Intents, conclude
from modelyard.place import Place, person

READY_SECONDS = 90.0
Deploy = Callable[[Place, Callable[[str], None]], object]
"""Runs the engine on the environment's releases; the platform stack is not touched."""
Served = Callable[[Place, str], str]
"""Returns the version that the endpoint itself names, once it is ready."""
Check = Callable[[Place, str, Line], None]
"""Raises where a line may not be served: rejected, or its package is not what was signed."""


@dataclass(frozen=True, kw_only=True)
class RolledBack:
    """What a rollback changed."""

    model: str
    environment: str
    from_version: str
    to_version: str
    image: str


def served_version(place: Place, model: str) -> str:
    """Ask the endpoint which version it serves."""
    found = endpoint(place, model)
    health = wait_ready(found, READY_SECONDS)
    if not health.ready:
        raise RefusedError(f"The endpoint is not ready: {health.status} {health.detail}")
    return ", ".join(str(each) for each in found.metadata().get("versions", []))


def roll_back(
    place: Place,
    model: str,
    reason: str,
    report: Callable[[str], None],
    *,
    deploy: Deploy = deploy_lines,
    served: Served = served_version,
    check: Check = require_servable,
) -> RolledBack:
    """Make the previous version live again; it is recorded only once it really answers.

    A version that was rejected or whose package is not whole is refused before anything changes.
    A rollback that was cut off after its line had changed is ended by the next call.
    """
    if not reason.strip():
        raise UsageError("A rollback needs a reason.", remedy='--reason "what went wrong"')
    operations = Operations.of(place)
    lines, intents = ReleaseLines.of(place), Intents(operations, model)
    with Lock(operations, "lines").waiting(
        f"rollback-{uuid.uuid4().hex}",
        person=person(place.caller),
        purpose=f"rollback of {model} in {place.name}",
        report=report,
    ) as still_ours:
        intent = intents.begun(lines)
        if intent is None:
            intent = _plan(place, lines, model, reason)
            check(place, model, intent.target)
            still_ours()
            intents.begin(intent)
            lines.back(model)
            _deploy_or_undo(place, report, deploy, lines, intent, intents, still_ours)
        else:
            report(f"{place.name}: going on with the rollback that was cut off")
            still_ours()
            deploy(place, report)
        report(f"{place.name}: waiting for version {intent.target['version']} to answer")
        answered = served(place, model)
        still_ours()
        _require_served(answered, intent.target, place)
        conclude(intent, intents, Journeys(operations), lambda fact: append_once(place, fact))
    return RolledBack(
        model=model,
        environment=place.name,
        from_version=intent.before["version"],
        to_version=intent.target["version"],
        image=intent.target["image"],
    )


def _plan(place: Place, lines: ReleaseLines, model: str, reason: str) -> Intent:
    now_live, target = lines.live(model), lines.previous(model)
    if now_live is None or target is None:
        what = "no version" if now_live is None else f"only version {now_live['version']}"
        raise RefusedError(
            f"{model} has no previous version in {place.name}: {what} was ever live.",
            remedy="modelyard audit log shows what was released",
        )
    return Intent(
        operation=f"rollback#{uuid.uuid4().hex}",
        model=model,
        before=now_live,
        target=target,
        reason=reason.strip(),
        actor=place.caller,
    )


def _deploy_or_undo(
    place: Place,
    report: Callable[[str], None],
    deploy: Deploy,
    lines: ReleaseLines,
    intent: Intent,
    intents: Intents,
    still_ours: StillOurs,
) -> None:
    try:
        deploy(place, report)
    except (YardError, KeyboardInterrupt):
        still_ours()
        # The engine did not do it: the line must say what is really live, so that the
        # same command can be given again.
        lines.put(intent.model, intent.before)
        intents.end()
        raise


def _require_served(found: str, target: Line, place: Place) -> None:
    if target["version"] not in found.split(", "):
        raise RefusedError(
            f"The line in {place.name} says version {target['version']}, the endpoint {found}.",
            remedy="modelyard status; once it answers, the same rollback again ends this one",
        )
