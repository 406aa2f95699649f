"""The steps of delivery; each may be done again after a crash without doing its work twice."""

from collections.abc import Callable
from typing import Any

from modelyard import versions
from modelyard.delivery import approvals, evidence
from modelyard.delivery.journey import Journey
from modelyard.delivery.judging import refuse_overtaken, wanted
from modelyard.delivery.recording import operation_of_release
from modelyard.delivery.station import Station
from modelyard.errors import RefusedError
from modelyard.live.releases import Line
from modelyard.live.rollback_intent import Intents, conclude
from modelyard.place import person
from modelyard.release_record import key_of
from modelyard.storage import write_json

Step = Callable[[Journey, Station], dict[str, Any]]
"""Does one thing; returns what it found. Raises RefusedError for a no, ParkedError to wait."""


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
    """Bring the release in by digest, with its record beside it.

    The first record stays: no later request says anew who built these bytes.
    """
    reference = station.machinery.copy_image(station.place, journey.release)
    write_json(
        station.place.client("s3"),
        station.place.platform.artifacts_bucket,
        key_of(journey.image_digest),
        journey.release,
        once=True,
    )
    return {"image": reference}


def start_training(journey: Journey, station: Station) -> dict[str, Any]:
    """Train on this environment's own data."""
    return {"execution": station.machinery.start_training(station.place, journey)}


def write_line(journey: Journey, station: Station) -> dict[str, Any]:
    """Change the release line; the version before stays the way back."""
    version = versions.describe(station.place, journey.package)
    line = version.line
    before = station.lines.live(journey.model)
    if before != line:
        # Since it was judged, a crash may have let another one go first, or somebody reject it.
        # A line that is written already is taken back after the next step that looks, not left.
        refuse_overtaken(version, journey, station)
        versions.refuse_rejected(version, station.place, journey.model)
        _refuse_going_back(version, journey, station)
        _conclude_rollback(journey, station)
    over = before if before and _is_cut_off(before, journey, station) else None
    station.still_ours()
    station.lines.put(journey.model, line, over=over)
    return {"line": line, "before": before}


def _is_cut_off(line: Line, journey: Journey, station: Station) -> bool:
    """Whether the live line is that of a release which nobody works on and nobody recorded."""
    return any(
        (each.model, each.version) == (journey.model, line["version"])
        and not station.machinery.is_recorded(station.place, operation_of_release(each))
        for each in station.journeys.open()
        if each.id != journey.id
    )


def _refuse_going_back(version: versions.Version, journey: Journey, station: Station) -> None:
    """A line that a rollback has taken back is not written again: someone wants it gone."""
    intent = Intents(station.operations, journey.model).taking_back(version.line)
    if intent is not None:
        raise RefusedError(
            f"{person(intent.actor)} is rolling version {version.number} back: {intent.reason}."
        )


def _conclude_rollback(journey: Journey, station: Station) -> None:
    """One that was cut off did take back what was live: told, before another version is."""
    intents = Intents(station.operations, journey.model)
    intent = intents.begun(station.lines)
    if intent is None:
        return

    def record(fact: dict[str, Any]) -> None:
        station.machinery.record(station.place, fact)

    station.still_ours()
    conclude(intent, intents, station.journeys, record, ended_by=station.place.caller)


def deploy(journey: Journey, station: Station) -> dict[str, Any]:
    """Let the engine bring the releases project to what the lines say."""
    return {"changes": station.machinery.deploy(station.place)}


def smoke(journey: Journey, station: Station) -> dict[str, Any]:
    """Ask the endpoint for predictions; what does not answer well is taken back."""
    version = wanted(journey, station)
    return station.machinery.smoke(station.place, version, journey.model)


def load(journey: Journey, station: Station) -> dict[str, Any]:
    """In staging, load the endpoint for a short while; one error is one too many."""
    if station.place.name != "staging":
        return {"load": "not run here"}
    version = wanted(journey, station)
    result = station.machinery.load(station.place, version, journey.model)
    if result.errors:
        raise RefusedError(
            f"{result.errors} of {result.requests} requests of the load test failed: "
            f"{result.first_error}"
        )
    return result.stored()


def store_evidence(journey: Journey, station: Station) -> dict[str, Any]:
    """Keep what was shown here, for the environment that asks next."""
    version = wanted(journey, station)
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
    try:
        version = versions.describe(station.place, journey.package)
    except versions.GoneError as gone:
        return {"status": gone.message}
    if version.status == versions.REJECTED:
        return {"status": versions.REJECTED}
    if version.status != versions.APPROVED:
        versions.approve(station.place, version, f"released by delivery, journey {journey.id}")
    return {"status": versions.APPROVED}
