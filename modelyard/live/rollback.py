"""The way back: code and model of the previous version, through the releases project only."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass

from modelyard.delivery.history import append_once
from modelyard.delivery.lock import Lock
from modelyard.delivery.operations import Operations
from modelyard.errors import RefusedError, UsageError, YardError
from modelyard.live.deploying import deploy_releases
from modelyard.live.endpoint import endpoint, wait_ready
from modelyard.live.releases import Line, ReleaseLines
from modelyard.place import Place, person

READY_SECONDS = 90.0
Deploy = Callable[[Place, Callable[[str], None]], object]
"""Runs the engine on the environment's releases; the platform stack is not touched."""
Served = Callable[[Place, str], str]
"""Returns the version that the endpoint itself names, once it is ready."""


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
    deploy: Deploy = deploy_releases,
    served: Served = served_version,
) -> RolledBack:
    """Make the previous version live again; it is recorded only once it really answers."""
    if not reason.strip():
        raise UsageError("A rollback needs a reason.", remedy='--reason "what went wrong"')
    lines = ReleaseLines.of(place)
    now_live = lines.live(model)
    if now_live is None or not lines.history(model):
        what = "no version" if now_live is None else f"only version {now_live['version']}"
        raise RefusedError(
            f"{model} has no previous version in {place.name}: {what} was ever live.",
            remedy="modelyard audit log shows what was released",
        )
    operations = Operations(place.client("dynamodb"), place.platform.operations_table)
    lock = Lock(operations, "lines")
    purpose = f"rollback of {model} in {place.name}"
    with lock.waiting(
        f"rollback-{uuid.uuid4().hex}", person=person(place.caller), purpose=purpose
    ):
        target = lines.back(model)
        try:
            deploy(place, report)
        except (YardError, KeyboardInterrupt):
            # The engine did not do it: the line must say what is really live, so that the
            # same command can be given again.
            lines.put(model, now_live)
            raise
        report(f"{place.name}: waiting for version {target['version']} to answer")
        _require_served(served(place, model), target, place)
        append_once(place, _entry(place, model, now_live, target, reason))
    return RolledBack(
        model=model,
        environment=place.name,
        from_version=now_live["version"],
        to_version=target["version"],
        image=target["image"],
    )


def _require_served(found: str, target: Line, place: Place) -> None:
    if target["version"] not in found.split(", "):
        raise RefusedError(
            f"The line in {place.name} says version {target['version']}, the endpoint {found}.",
            remedy=f"modelyard deploy {place.name}",
        )


def _entry(place: Place, model: str, before: Line, target: Line, reason: str) -> dict[str, str]:
    return {
        "operation": f"rollback#{uuid.uuid4().hex}",
        "kind": "rolled_back",
        "model": model,
        "version": target["version"],
        "image": target["image"],
        "package": target["package"],
        "digest": target["digest"],
        "from_version": before["version"],
        "actor": place.caller,
        "reason": reason.strip(),
    }
