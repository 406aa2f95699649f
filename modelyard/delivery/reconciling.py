"""Finds what no event came for: events can be lost, what they told of stays where it is."""

import time
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from modelyard import versions
from modelyard.delivery import approvals, events, retraining, waivers
from modelyard.delivery.attempting import ATTEMPTS, attempt
from modelyard.delivery.events import Event
from modelyard.delivery.journey import PARKED, Journey, State
from modelyard.delivery.station import Station
from modelyard.errors import RefusedError

EVERY_SECONDS = 60.0
"""Between two looks; what is missing at two of them in a row was lost, not late."""


class Reconciler:
    """Does for a lost event what the event would have done, within three looks.

    Looks at registered versions without a journey, alarms that ring without a decision, and
    people's answers that a journey still waits for. An event that comes after all finds it done.
    """

    def __init__(self, station: Station, clock: Callable[[], float] = time.monotonic) -> None:
        self._station = station
        self._clock = clock
        self._due = clock() + EVERY_SECONDS
        self._missing: dict[str, int] = {}
        """How often each was missing, at looks in a row."""
        self._known: set[str] = set()
        """Packages that have a journey: they keep it for good."""
        self._complaint = ""

    def look_if_due(self) -> None:
        """Look once a minute; what is wrong with a look harms nothing else."""
        if self._clock() < self._due:
            return
        self._due = self._clock() + EVERY_SECONDS
        try:
            self.look()
        except Exception as error:
            # The environment may not be up yet, or be down: the next look will tell.
            complaint = f"{type(error).__name__}: {error}"
            if complaint != self._complaint:
                self._station.report(f"{self._station.place.name}: cannot look: {complaint}")
            self._complaint = complaint
        else:
            self._complaint = ""

    def look(self) -> list[Event]:
        """Handle what was missing at the look before already; returns what that was."""
        found = {each.id: each for each in self._lost()}
        self._missing = {key: self._missing.get(key, 0) + 1 for key in found}
        handled = []
        for key, event in found.items():
            # The first look only takes note. Each later one is an attempt, up to the last.
            number = self._missing[key] - 1
            if 1 <= number <= ATTEMPTS:
                self._station.report(f"{self._station.place.name}: found without an event: {key}")
                attempt(event, self._station, number)
                handled.append(event)
        return handled

    def _lost(self) -> Iterator[Event]:
        yield from self._versions()
        yield from self._alarms()
        yield from self._answers()

    def _versions(self) -> Iterator[Event]:
        place = self._station.place
        for model in place.releases.model_groups:
            for arn in versions.pending(place, model):
                if arn in self._known:
                    continue
                if self._station.journeys.of_package(arn) is not None:
                    self._known.add(arn)
                    continue
                detail = {"ModelPackageArn": arn}
                yield Event(id=f"version {arn}", kind=events.REGISTERED, detail=detail)

    def _alarms(self) -> Iterator[Event]:
        pages = self._station.place.client("cloudwatch").get_paginator("describe_alarms")
        for page in pages.paginate(StateValue="ALARM", AlarmTypes=["MetricAlarm"]):
            for alarm in page["MetricAlarms"]:
                event = _event_of(alarm)
                if not self._is_decided(event):
                    yield event

    def _is_decided(self, event: Event) -> bool:
        request = retraining.request_of(event)
        if request is None or not retraining.is_known(request.model, self._station):
            return True
        known = retraining.decisions(self._station.operations, request.model)
        return any(each["key"] == request.key for each in known)

    def _answers(self) -> Iterator[Event]:
        for journey in self._station.journeys.open():
            if journey.state in PARKED and self._is_answered(journey):
                kind = events.WAIVER
                if journey.state is State.AWAITING_APPROVAL:
                    kind = events.APPROVAL
                detail = {"model": journey.model, "version": journey.version}
                yield Event(id=f"{kind} {journey.id}", kind=kind, detail=detail)

    def _is_answered(self, journey: Journey) -> bool:
        place = self._station.place
        try:
            version = versions.describe(place, journey.package)
        except versions.GoneError:
            # It is judged once more, and so refused.
            return True
        if version.status == versions.REJECTED:
            return True
        if journey.state is State.AWAITING_APPROVAL:
            image = version.facts.get("image_digest", "")
            return bool(approvals.given(place, journey.model, image, version.number))
        today = self._station.today()
        try:
            found = waivers.valid(place, model=journey.model, version=version, today=today)
        except RefusedError:
            return False
        return found is not None


def _event_of(alarm: Mapping[str, Any]) -> Event:
    """An alarm's last change as its event told it."""
    changed: datetime = alarm.get("StateTransitionedTimestamp") or alarm["StateUpdatedTimestamp"]
    moment = changed.replace(tzinfo=changed.tzinfo or UTC).astimezone(UTC)
    metric = {
        "namespace": alarm.get("Namespace", ""),
        "name": alarm.get("MetricName", ""),
        "dimensions": {each["Name"]: each["Value"] for each in alarm.get("Dimensions", ())},
    }
    detail = {
        "alarmName": alarm["AlarmName"],
        # In milliseconds, as in the event: both must ask for the same decision.
        "state": {"value": "ALARM", "timestamp": moment.isoformat(timespec="milliseconds")},
        "configuration": {"metrics": [{"metricStat": {"metric": metric}}]},
    }
    named = f"alarm {alarm['AlarmName']} {detail['state']['timestamp']}"
    return Event(id=named, kind=events.ALARM, detail=detail)
