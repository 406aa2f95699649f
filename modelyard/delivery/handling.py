"""What each event means: which journey it moves, or begins."""

from datetime import UTC, datetime

from modelyard import versions
from modelyard.delivery import ending, events, retraining, travel
from modelyard.delivery.events import Event
from modelyard.delivery.journey import PARKED, Journey, State, now
from modelyard.delivery.requesters import starter_of
from modelyard.delivery.station import Station

LISTED_SECONDS = 120.0
"""The registry's list may lag behind what was registered; never as long as this."""


def handle(event: Event, station: Station) -> Journey | None:
    """Do what an event asks for; doing it again changes nothing."""
    if event.kind == events.PROMOTION:
        return _promotion(event, station)
    if event.kind == events.REGISTERED:
        return _registered(event, station)
    if event.kind in {events.WAIVER, events.APPROVAL}:
        return _agreed(event, station)
    if event.kind in retraining.KINDS:
        return retraining.ask(event, station)
    return None


def trained(journey: Journey, station: Station) -> None:
    """Take up the version of a training that is through, where no event has told of it yet."""
    registered = [
        version
        for version in versions.versions(station.place, journey.model)
        if version.facts.get("run") == journey.run
    ]
    for version in registered:
        _take_up(version, station)
    if not registered:
        _without_a_version(journey, station)


def _without_a_version(journey: Journey, station: Station) -> None:
    """Training registers before it is through: what stays away was deleted meanwhile."""
    seen = journey.done.get("trained")
    if seen is None:
        station.journeys.save(journey.with_done("trained", {"at": now()}))
    elif _seconds_since(seen["at"]) > LISTED_SECONDS:
        reason = "the version that its training registered is no longer in the registry"
        ending.end(journey, station, State.FAILED, reason)


def _seconds_since(at: str) -> float:
    return (datetime.now(UTC) - datetime.fromisoformat(at)).total_seconds()


def _promotion(event: Event, station: Station) -> Journey | None:
    journey = station.journeys.find(str(event.detail["journey"]))
    if journey is None or journey.state is not State.REQUESTED:
        return journey
    return travel.request_training(journey, station)


def _registered(event: Event, station: Station) -> Journey | None:
    package = str(event.detail["ModelPackageArn"])
    try:
        version = versions.describe(station.place, package)
    except versions.GoneError:
        return _gone(package, station)
    return _take_up(version, station)


def _gone(package: str, station: Station) -> Journey | None:
    """Nobody can answer for a deleted version any more: it is judged once more, and so refused."""
    journey = station.journeys.of_package(package)
    if journey is None or journey.state not in PARKED:
        return journey
    return travel.release(_resumed(journey, station), station)


def _take_up(version: versions.Version, station: Station) -> Journey | None:
    package, run = version.arn, version.facts.get("run", "")
    journey = station.journeys.of_package(package)
    if journey is None:
        if version.status != versions.PENDING and station.journeys.of_run(run) is None:
            # Somebody's approval in the registry is an event of the same kind.
            return None
        journey = _adopt(version, station)
    if journey.state in {State.TRAINING, State.REQUESTED}:
        journey = station.journeys.save(
            journey.model_copy(
                update={"state": State.RELEASING, "package": package, "version": version.number}
            )
        )
    elif journey.state in PARKED and version.status == versions.REJECTED:
        # Nobody can answer for it any more: it is judged once more, and so refused.
        journey = _resumed(journey, station)
    return travel.release(journey, station) if journey.state is State.RELEASING else journey


def _adopt(version: versions.Version, station: Station) -> Journey:
    """Find the promotion a version belongs to, or begin a journey for one nobody asked for.

    It is claimed before it begins: cut off in between, it is a version without a journey still.
    """
    journeys, run = station.journeys, version.facts.get("run", "")
    known = journeys.of_run(run)
    model = version.facts["model"]
    id = known.id if known else f"{model}-{station.place.name}-v{version.number}-{run}"
    journeys.claim_package(version.arn, id)
    journeys.claim_run(run, id)
    if known is not None:
        return known
    journey = Journey(
        id=id,
        model=model,
        environment=station.place.name,
        requested_by=starter_of(station.place, version),
        requested_at=now(),
        state=State.RELEASING,
        package=version.arn,
        version=version.number,
    )
    journeys.begin(journey)
    return journeys.find(id) or journey


def _agreed(event: Event, station: Station) -> Journey | None:
    model, number = str(event.detail["model"]), str(event.detail["version"])
    for journey in station.journeys.open():
        if (journey.model, journey.version) == (model, number) and journey.state in PARKED:
            return travel.release(_resumed(journey, station), station)
    return None


def _resumed(journey: Journey, station: Station) -> Journey:
    return station.journeys.save(
        journey.model_copy(update={"state": State.RELEASING, "reason": ""})
    )
