"""What a journey's steps write into the ledger: what was asked for, and what went live."""

from typing import Any

from ml.monitoring.retrain import Request
from modelyard import versions
from modelyard.delivery.journey import Journey
from modelyard.delivery.station import Station


def retraining(journey: Journey, station: Station) -> dict[str, Any]:
    """Write into the ledger what asked for a retraining, and which run answers it."""
    station.machinery.record(
        station.place,
        {
            "operation": f"retrain#{journey.id}",
            "kind": "retrained",
            "model": journey.model,
            "actor": journey.requested_by,
            "reason": f"retrain requested by {journey.cause}",
            "cause": journey.cause,
            "run": journey.run,
            "image": journey.image_digest,
            **{f"window_{side}": day for side, day in journey.window.items()},
        },
    )
    return {"recorded": True}


def skipped(request: Request, why: str, station: Station) -> None:
    """Write into the ledger, once, that a request for a retraining started nothing and why."""
    mark = f"skipped#{request.model}#{request.key}"
    if station.operations.read(mark) is not None:
        return
    reason = f"retrain requested by {request.cause}, skipped: {why}"
    station.machinery.record(
        station.place,
        {
            "operation": mark,
            "kind": "skipped",
            "model": request.model,
            "actor": station.place.caller,
            "reason": reason,
            "cause": request.cause,
            "event_time": request.at.isoformat(),
        },
    )
    # After the ledger: a crash between the two reads the ledger once more, and adds nothing.
    station.operations.create(mark, {"reason": reason})
    station.report(f"{station.place.name} {request.model}: {reason}")


def operation_of_release(journey: Journey) -> str:
    """Name the release of a journey in the ledger."""
    return f"release#{journey.id}"


def release(journey: Journey, station: Station) -> dict[str, Any]:
    """Write into the ledger that this version is live, who wanted it and what stood for it."""
    try:
        version = versions.describe(station.place, journey.package)
    except versions.GoneError:
        if station.machinery.is_recorded(station.place, operation_of_release(journey)):
            return {"recorded": True}
        raise
    station.machinery.record(
        station.place,
        {
            "operation": operation_of_release(journey),
            "kind": "released",
            "model": journey.model,
            "version": version.number,
            "image": version.line["image"],
            "package": version.line["package"],
            "digest": version.line["digest"],
            "run": version.facts.get("run", ""),
            "git_sha": version.facts.get("git_sha", ""),
            "gate": version.gate,
            "waived_by": journey.done["judge"].get("waiver", {}).get("owner", ""),
            "reason": journey.done["judge"].get("waiver", {}).get("reason", ""),
            "approver": _approver(journey),
            "actor": journey.requested_by,
            "cause": journey.cause,
        },
    )
    return {"recorded": True}


def _approver(journey: Journey) -> str:
    promoted = journey.done.get("verify", {}).get("approver", "")
    return str(promoted or journey.done["judge"].get("agreed", ""))
