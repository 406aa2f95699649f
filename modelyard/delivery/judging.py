"""Whether a version may go on: its gate, and whoever answers for it; or what it waits for."""

from typing import Any

from modelyard import versions
from modelyard.delivery import approvals, waivers
from modelyard.delivery.journey import Journey, State
from modelyard.delivery.station import Station
from modelyard.errors import RefusedError
from modelyard.release_record import release_record


class ParkedError(Exception):
    """The journey waits for a person."""

    def __init__(self, state: State, reason: str) -> None:
        super().__init__(reason)
        self.state = state
        self.reason = reason


def judge(journey: Journey, station: Station) -> dict[str, Any]:
    """A version goes on when its gate passed or a waiver covers it, and someone agreed."""
    version = wanted(journey, station)
    refuse_overtaken(version, journey, station)
    found: dict[str, Any] = {"gate": version.gate}
    if version.gate != "passed":
        waiver = _waived(journey, station, version)
        found["waiver"] = {"owner": waiver["owner"], "reason": waiver["reason"]}
    if station.place.name == "prod" and "verify" not in journey.done:
        found["agreed"] = _agreed(journey, station, version, waived="waiver" in found)
    return found


def wanted(journey: Journey, station: Station) -> versions.Version:
    """The version, unless somebody has rejected it since: what is live then goes back."""
    version = versions.describe(station.place, journey.package)
    versions.refuse_rejected(version, station.place, journey.model)
    return version


def refuse_overtaken(version: versions.Version, journey: Journey, station: Station) -> None:
    """A version that comes late never takes the place of one that was registered after it."""
    line = station.lines.live(journey.model)
    if line is None or line == version.line:
        return
    for later in versions.versions(station.place, journey.model):
        if later.line == line and int(later.number) > int(version.number):
            raise RefusedError(
                f"Version {later.number} is live already, which is newer than {version.number}.",
                remedy="modelyard retrain makes a newer one of the same release",
            )


def _waived(journey: Journey, station: Station, version: versions.Version) -> dict[str, Any]:
    """The waiver that covers a version, given by neither its author nor who asked for it."""
    place = station.place

    def refuse(waiver: dict[str, Any]) -> None:
        release = release_record(place, version.facts.get("image_digest", ""))
        waivers.refuse_owner(str(waiver["owner"]), release, journey.requested_by)

    waiver = waivers.valid(
        place, model=journey.model, version=version, today=station.today(), refuse=refuse
    )
    if waiver is None:
        raise ParkedError(
            State.AWAITING_WAIVER,
            f"the gate of version {version.number} says {version.gate}: "
            f"{versions.how_to_waive(place, journey.model, version.number)}",
        )
    return waiver


def _agreed(journey: Journey, station: Station, version: versions.Version, *, waived: bool) -> str:
    """Who agreed to a version nobody promoted: the spec, a waiver's owner or an approver."""
    if waived:
        return "the waiver's owner"
    if station.machinery.approval_rule(station.place, version) == "gate":
        return "the model's spec: a passed gate is enough"
    release = release_record(station.place, version.facts.get("image_digest", ""))
    stored = approvals.holding(
        station.place,
        model=journey.model,
        release=release,
        requester=journey.requested_by,
        version=version.number,
    )
    if stored is None:
        raise ParkedError(
            State.AWAITING_APPROVAL,
            f"version {version.number} passed its gate and waits: modelyard approve "
            f"{journey.model} --env {station.place.name} --version {version.number}",
        )
    return str(stored["statement"]["approver"])
