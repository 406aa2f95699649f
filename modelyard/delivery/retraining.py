"""Retraining by itself: an alarm or the clock asks, the limits decide once, delivery starts it."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from ml.monitoring.retrain import Decision, Request, Started, decide, training_window
from ml.workloads import METRIC_NAMESPACE
from modelyard.delivery import events, recording, travel
from modelyard.delivery.events import Event
from modelyard.delivery.journey import Journey, State, now
from modelyard.delivery.operations import Operations
from modelyard.delivery.station import Station
from modelyard.errors import RefusedError
from modelyard.release_record import release_record
from modelyard.storage import bare

KINDS = {events.ALARM, events.DUE}
MOST_REMEMBERED = 400
"""Decisions kept per model; an event that comes again after so many others is a new one. What was
started stays beyond that: the limits count it."""
_TRIES = 20


def request_of(event: Event) -> Request | None:
    """Read what an event asks for; none for an alarm that is no model's, or that fell silent."""
    detail = event.detail
    if event.kind == events.DUE:
        model, due = str(detail["model"]), _instant(str(detail["due"]))
        key = f"schedule {due.isoformat()}"
        return Request(key=key, model=model, trigger="schedule", cause="schedule", at=due)
    if detail["state"]["value"] != "ALARM":
        return None
    model = _model_of(detail)
    if not model:
        return None
    name, at = str(detail["alarmName"]), _instant(str(detail["state"]["timestamp"]))
    key = f"{name} {at.isoformat()}"
    return Request(key=key, model=model, trigger="alarm", cause=f"alarm {name}", at=at)


def ask(event: Event, station: Station) -> Journey | None:
    """Decide about a request once, then carry the decision out as often as it takes."""
    request = request_of(event)
    if request is None:
        return None
    if not is_known(request.model, station):
        station.report(f"{station.place.name}: {request.cause} names no model: {request.model!r}")
        return None
    decided = _decided(request, station)
    if not decided["starts"]:
        recording.skipped(request, str(decided["reason"]), station)
        return None
    journey = _journey(request, station)
    if journey.state is State.REQUESTED:
        return travel.request_training(journey, station)
    return journey


def is_known(model: str, station: Station) -> bool:
    """Say whether there is such a model here: one with a pipeline, or with a line."""
    return model in station.place.releases.training_pipelines or model in station.lines.models()


def journey_of(event: Event, station: Station) -> Journey | None:
    """Return the journey that an event of these kinds has begun."""
    request = request_of(event)
    if request is None:
        return None
    return station.journeys.find(journey_id(request.model, station.place.name, request.key))


def decisions(operations: Operations, model: str) -> list[dict[str, Any]]:
    """List what was asked for and decided, in the order of the decisions."""
    record = operations.read(_record_id(model))
    return list(record.body["decided"]) if record else []


def journey_id(model: str, environment: str, key: str) -> str:
    """Name the journey that a decision with this key has begun, where it starts something."""
    from ml.canonical import digest_of

    mark = bare(digest_of(f"{model} {key}".encode()))[:12]
    return f"{model}-{environment}-retrain-{mark}".replace("_", "-")


def _decided(request: Request, station: Station) -> dict[str, Any]:
    """The decision, stored together with all those before it: two at once cannot both start."""
    id = _record_id(request.model)
    for _ in range(_TRIES):
        record = station.operations.read(id)
        before: list[dict[str, Any]] = list(record.body["decided"]) if record else []
        known = next((each for each in before if each["key"] == request.key), None)
        if known is not None:
            return known
        earlier = [
            Started(at=_instant(each["at"]), cost_usd=float(each["cost_usd"]))
            for each in before
            if each["starts"]
        ]
        decision = _decide(request, earlier, station)
        entry = {
            "key": request.key,
            "at": request.at.isoformat(),
            "cause": request.cause,
            "trigger": request.trigger,
            "decided_at": now(),
            **asdict(decision),
        }
        body = {"decided": _remembered([*before, entry])}
        written = (
            station.operations.create(id, body)
            if record is None
            else station.operations.replace(record, body)
        )
        if written:
            return entry
    raise RefusedError(f"Others decide about {request.model} all the time; tried {_TRIES} times.")


def _remembered(decided: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The newest decisions: of those that started something as many again, whatever came since."""
    newest = decided[-MOST_REMEMBERED:]
    earlier = [each for each in decided[: -len(newest)] if each["starts"]]
    return [*earlier[-MOST_REMEMBERED:], *newest]


def _decide(request: Request, earlier: list[Started], station: Station) -> Decision:
    """Hold the request against the limits of the version that is to be renewed."""
    line = station.lines.live(request.model)
    if line is None:
        return Decision(starts=False, reason="no version is live, so there is nothing to renew")
    rules = station.machinery.retrain_rules(station.place, request.model, line)
    decision = decide(request, rules.limits, earlier, rules.cost)
    return _obstacle(request, station) or decision if decision.starts else decision


def _obstacle(request: Request, station: Station) -> Decision | None:
    """What stands in the way although the limits do not."""
    holder = station.promotion_lock(request.model).holder()
    promoted = station.journeys.find(holder.token) if holder is not None else None
    # A retraining before this one is no obstacle: the limits have counted it, in event time.
    if holder is not None and not (promoted is not None and promoted.cause):
        return Decision(starts=False, reason=f"under way already: {holder.purpose}")
    return None


def _journey(request: Request, station: Station) -> Journey:
    id = journey_id(request.model, station.place.name, request.key)
    known = station.journeys.find(id)
    if known is not None:
        return known
    line = station.lines.live(request.model)
    if line is None:
        raise RefusedError(f"{request.model} has lost its live version since this was decided.")
    rules = station.machinery.retrain_rules(station.place, request.model, line)
    journey = Journey(
        id=id,
        model=request.model,
        environment=station.place.name,
        requested_by=station.place.caller,
        requested_at=now(),
        cause=request.cause,
        release=release_record(station.place, line["image"]),
        window=training_window(request.at, rules.limits, dated=rules.dated, zone=rules.zone),
    )
    station.journeys.begin(journey)
    return station.journeys.find(id) or journey


def _model_of(detail: Mapping[str, Any]) -> str:
    for each in detail.get("configuration", {}).get("metrics", ()):
        metric = each.get("metricStat", {}).get("metric", {})
        if metric.get("namespace") == METRIC_NAMESPACE:
            return str(metric.get("dimensions", {}).get("Model", ""))
    return ""


def _instant(text: str) -> datetime:
    found = datetime.fromisoformat(text)
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


def _record_id(model: str) -> str:
    return f"retrainings#{model}"
