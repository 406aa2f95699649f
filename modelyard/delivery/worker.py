"""Delivery itself: reads each environment's queue and moves journeys on."""

import threading
import time
from collections.abc import Sequence

from modelyard import versions
from modelyard.delivery import events, travel
from modelyard.delivery.events import Event
from modelyard.delivery.journey import PARKED, Journey, OvertakenError, State, now
from modelyard.delivery.station import Station
from modelyard.errors import YardError

ATTEMPTS = 5
"""As often as the queue hands out a message before it lies among the dead letters."""
HIDDEN_SECONDS = 900
"""How long a message stays with one worker: longer than the longest release."""


def handle(event: Event, station: Station) -> Journey | None:
    """Do what an event asks for; doing it again changes nothing."""
    if event.kind == events.PROMOTION:
        return _promotion(event, station)
    if event.kind == events.REGISTERED:
        return _registered(event, station)
    if event.kind in {events.WAIVER, events.APPROVAL}:
        return _agreed(event, station)
    return None


def sweep(station: Station) -> None:
    """Move on what no event will move: training that failed, and steps that a crash cut off."""
    for journey in station.journeys.open():
        if journey.state is State.REQUESTED:
            travel.request_training(journey, station)
        elif journey.state is State.TRAINING:
            travel.keep_lock(journey, station)
            status, reason = station.machinery.training_state(station.place, journey.execution)
            if status in {"Failed", "Stopped"}:
                travel.end(journey, station, State.FAILED, f"training {status.lower()}: {reason}")
            elif status == "Succeeded":
                _missed(journey, station)
        elif journey.state is State.RELEASING:
            travel.release(journey, station)


def poll(station: Station, *, wait_seconds: int = 2) -> int:
    """Read the queue once; returns how many messages were done with."""
    sqs = station.place.client("sqs")
    queue = station.place.platform.delivery_queue_url
    answer = sqs.receive_message(
        QueueUrl=queue,
        MaxNumberOfMessages=1,
        WaitTimeSeconds=wait_seconds,
        VisibilityTimeout=HIDDEN_SECONDS,
        AttributeNames=["ApproximateReceiveCount"],
    )
    done = 0
    for message in answer.get("Messages", []):
        event = events.parse(message["Body"])
        attempt = int(message.get("Attributes", {}).get("ApproximateReceiveCount", "1"))
        if event is None or _attempt(event, station, attempt):
            sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
            done += 1
        else:
            sqs.change_message_visibility(
                QueueUrl=queue,
                ReceiptHandle=message["ReceiptHandle"],
                VisibilityTimeout=min(60, 2**attempt),
            )
    return done


def run(stations: Sequence[Station], stop: threading.Event) -> None:
    """Serve every environment until told to stop; one that is not up yet is tried again."""
    threads = [
        threading.Thread(target=_serve, args=(station, stop), name=station.place.name)
        for station in stations
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _serve(station: Station, stop: threading.Event) -> None:
    quiet_until = 0.0
    resumed = False
    pause = 3.0
    while not stop.is_set():
        try:
            if not resumed:
                # Before the first message: what a crash cut off must know its execution
                # before that execution's registration is read.
                sweep(station)
                resumed = True
            pause = 3.0
            if poll(station) == 0:
                sweep(station)
        except Exception as error:
            # Whatever it is, the worker must outlive it: the environment may not be up yet.
            if time.monotonic() > quiet_until:
                station.report(f"{station.place.name}: waiting: {type(error).__name__}: {error}")
                quiet_until = time.monotonic() + 60
            _forget_outputs(station)
            stop.wait(pause)
            # Reading the outputs of a stack starts the engine: not to be done all the time.
            pause = min(pause * 2, 24.0)


def _attempt(event: Event, station: Station, attempt: int) -> bool:
    try:
        handle(event, station)
    except OvertakenError:
        return True
    except Exception as error:
        text = _told(error)
        station.report(f"{station.place.name}: attempt {attempt} of {event.kind}: {text}")
        if attempt >= ATTEMPTS:
            _give_up(event, station, text)
        return False
    return True


def _told(error: Exception) -> str:
    return error.message if isinstance(error, YardError) else f"{type(error).__name__}: {error}"


def _give_up(event: Event, station: Station, text: str) -> None:
    journey = _journey_of(event, station)
    if journey is not None:
        reason = f"gave up after {ATTEMPTS} attempts, the event is among the dead letters: {text}"
        travel.end(journey, station, State.FAILED, reason)


def _journey_of(event: Event, station: Station) -> Journey | None:
    named = event.detail.get("journey")
    if named:
        return station.journeys.find(str(named))
    package = str(event.detail.get("ModelPackageArn", ""))
    return station.journeys.of_package(package) if package else None


def _missed(journey: Journey, station: Station) -> None:
    """Take up a version whose registration event was lost with a worker that died."""
    for version in versions.versions(station.place, journey.model):
        if version.facts.get("run") == journey.run:
            _take_up(version, station)


def _promotion(event: Event, station: Station) -> Journey | None:
    journey = station.journeys.find(str(event.detail["journey"]))
    if journey is None or journey.state is not State.REQUESTED:
        return journey
    return travel.request_training(journey, station)


def _registered(event: Event, station: Station) -> Journey | None:
    package = str(event.detail["ModelPackageArn"])
    return _take_up(versions.describe(station.place, package), station)


def _take_up(version: versions.Version, station: Station) -> Journey | None:
    package = version.arn
    journey = station.journeys.of_package(package)
    if journey is None:
        if version.status != versions.PENDING:
            # Somebody's approval in the registry is an event of the same kind.
            return None
        journey = _adopt(version, station)
        station.journeys.claim_package(package, journey.id)
        station.journeys.claim_run(version.facts.get("run", ""), journey.id)
    if journey.state in {State.TRAINING, State.REQUESTED}:
        journey = station.journeys.save(
            journey.model_copy(
                update={"state": State.RELEASING, "package": package, "version": version.number}
            )
        )
    return travel.release(journey, station) if journey.state is State.RELEASING else journey


def _adopt(version: versions.Version, station: Station) -> Journey:
    """Find the promotion a version belongs to, or begin a journey for one nobody asked for."""
    run = version.facts.get("run", "")
    known = station.journeys.of_run(run)
    if known is not None:
        return known
    model = version.facts["model"]
    journey = Journey(
        id=f"{model}-{station.place.name}-v{version.number}-{run}",
        model=model,
        environment=station.place.name,
        requested_by=version.facts.get("trained_by", ""),
        requested_at=now(),
        state=State.TRAINING,
    )
    station.journeys.begin(journey)
    return station.journeys.find(journey.id) or journey


def _agreed(event: Event, station: Station) -> Journey | None:
    model, number = str(event.detail["model"]), str(event.detail["version"])
    for journey in station.journeys.open():
        if (journey.model, journey.version) == (model, number) and journey.state in PARKED:
            resumed = station.journeys.save(
                journey.model_copy(update={"state": State.RELEASING, "reason": ""})
            )
            return travel.release(resumed, station)
    return None


def _forget_outputs(station: Station) -> None:
    for name in ("platform", "releases"):
        station.place.__dict__.pop(name, None)
