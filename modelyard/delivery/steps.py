"""The steps of delivery; each may be done again after a crash without doing its work twice."""

from collections.abc import Callable
from typing import Any

from modelyard import versions
from modelyard.delivery import approvals, evidence, waivers
from modelyard.delivery.journey import Journey, State
from modelyard.delivery.station import Station
from modelyard.errors import RefusedError
from modelyard.release_record import key_of, release_record
from modelyard.storage import write_json

Step = Callable[[Journey, Station], dict[str, Any]]
"""Does one thing; returns what it found. Raises RefusedError for a no, ParkedError to wait."""


class ParkedError(Exception):
    """The journey waits for a person."""

    def __init__(self, state: State, reason: str) -> None:
        super().__init__(reason)
        self.state = state
        self.reason = reason


def verify_request(journey: Journey, station: Station) -> dict[str, Any]:
    """Production takes only what someone else has approved on the evidence of staging."""
    if station.place.name != "prod":
        return {"approval": "not asked for here"}
    statement = approvals.verify(
        station.place,
        journey.approval or None,
        model=journey.model,
        release=journey.release,
        requester=journey.requested_by,
    )
    if journey.approval["evidence"].get("outcome") != evidence.PASSED:
        raise RefusedError("The approved evidence does not say that staging passed.")
    return {"approver": statement["approver"], "evidence_digest": statement["evidence_digest"]}


def copy_image(journey: Journey, station: Station) -> dict[str, Any]:
    """Bring the release in by digest, with its record beside it."""
    reference = station.machinery.copy_image(station.place, journey.release)
    write_json(
        station.place.client("s3"),
        station.place.platform.artifacts_bucket,
        key_of(journey.image_digest),
        journey.release,
    )
    return {"image": reference}


def start_training(journey: Journey, station: Station) -> dict[str, Any]:
    """Train on this environment's own data."""
    return {"execution": station.machinery.start_training(station.place, journey)}


def judge(journey: Journey, station: Station) -> dict[str, Any]:
    """A version goes on when its gate passed or a waiver covers it, and someone agreed."""
    version = _wanted(journey, station)
    _refuse_overtaken(version, journey, station)
    found: dict[str, Any] = {"gate": version.gate}
    if version.gate != "passed":
        waiver = _waived(journey, station, version)
        found["waiver"] = {"owner": waiver["owner"], "reason": waiver["reason"]}
    if station.place.name == "prod" and "verify" not in journey.done:
        found["agreed"] = _agreed(journey, station, version, waived="waiver" in found)
    return found


def write_line(journey: Journey, station: Station) -> dict[str, Any]:
    """Change the release line; the version before stays the way back."""
    version = versions.describe(station.place, journey.package)
    line = version.line
    before = station.lines.live(journey.model)
    if before != line:
        # Since it was judged, a crash may have let another one go first, or somebody reject it.
        # A line that is written already is taken back after the next step that looks, not left.
        _refuse_overtaken(version, journey, station)
        versions.refuse_rejected(version, station.place, journey.model)
    station.lines.put(journey.model, line)
    return {"line": line, "before": before}


def deploy(journey: Journey, station: Station) -> dict[str, Any]:
    """Let the engine bring the releases project to what the lines say."""
    return {"changes": station.machinery.deploy(station.place)}


def smoke(journey: Journey, station: Station) -> dict[str, Any]:
    """Ask the endpoint for predictions; what does not answer well is taken back."""
    version = _wanted(journey, station)
    return station.machinery.smoke(station.place, version, journey.model)


def load(journey: Journey, station: Station) -> dict[str, Any]:
    """In staging, load the endpoint for a short while; one error is one too many."""
    if station.place.name != "staging":
        return {"load": "not run here"}
    version = _wanted(journey, station)
    result = station.machinery.load(station.place, version, journey.model)
    if result.errors:
        raise RefusedError(
            f"{result.errors} of {result.requests} requests of the load test failed: "
            f"{result.first_error}"
        )
    return result.stored()


def store_evidence(journey: Journey, station: Station) -> dict[str, Any]:
    """Keep what was shown here, for the environment that asks next."""
    version = _wanted(journey, station)
    image = version.facts.get("image_digest", "")
    kept = {
        "model": journey.model,
        "environment": station.place.name,
        "image_digest": image,
        "git_sha": version.facts.get("git_sha", ""),
        "version": version.number,
        "run": version.facts.get("run", ""),
        "package_digest": version.facts.get("package_digest", ""),
        "gate": version.gate,
        "outcome": evidence.PASSED,
        "steps": journey.done,
    }
    address = evidence.store(station.place, journey.model, image, kept)
    return {"evidence": address}


def approve_version(journey: Journey, station: Station) -> dict[str, Any]:
    """Say in the registry that this version went live; a rejection since then is left to stand."""
    version = versions.describe(station.place, journey.package)
    if version.status == versions.REJECTED:
        return {"status": versions.REJECTED}
    if version.status != versions.APPROVED:
        versions.approve(station.place, version, f"released by delivery, journey {journey.id}")
    return {"status": versions.APPROVED}


def _wanted(journey: Journey, station: Station) -> versions.Version:
    """The version, unless somebody has rejected it since: what is live then goes back."""
    version = versions.describe(station.place, journey.package)
    versions.refuse_rejected(version, station.place, journey.model)
    return version


def _refuse_overtaken(version: versions.Version, journey: Journey, station: Station) -> None:
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
    waiver = waivers.valid(place, model=journey.model, version=version, today=station.today())
    if waiver is None:
        raise ParkedError(
            State.AWAITING_WAIVER,
            f"the gate of version {version.number} says {version.gate}: "
            f"{versions.how_to_waive(place, journey.model, version.number)}",
        )
    release = release_record(place, version.facts.get("image_digest", ""))
    waivers.refuse_owner(str(waiver["owner"]), release, journey.requested_by)
    return waiver


def _agreed(journey: Journey, station: Station, version: versions.Version, *, waived: bool) -> str:
    """Who agreed to a version nobody promoted: the spec, a waiver's owner or an approver."""
    if waived:
        return "the waiver's owner"
    if station.machinery.approval_rule(station.place, version) == "gate":
        return "the model's spec: a passed gate is enough"
    release = release_record(station.place, version.facts.get("image_digest", ""))
    stored = approvals.find(station.place, journey.model, release["image_digest"], version.number)
    if stored is None:
        raise ParkedError(
            State.AWAITING_APPROVAL,
            f"version {version.number} passed its gate and waits: modelyard approve "
            f"{journey.model} --env {station.place.name} --version {version.number}",
        )
    statement = approvals.verify(
        station.place,
        stored,
        model=journey.model,
        release=release,
        requester=journey.requested_by,
        version=version.number,
    )
    return str(statement["approver"])
