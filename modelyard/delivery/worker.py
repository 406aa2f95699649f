"""Delivery itself: reads each environment's queue and moves journeys on."""

import threading
import time
from collections.abc import Sequence

from modelyard.delivery import events, handling, retraining, travel
from modelyard.delivery.events import Event
from modelyard.delivery.journey import Journey, OvertakenError, State
from modelyard.delivery.station import Station
from modelyard.errors import NotUpError, YardError

ATTEMPTS = 5
"""As often as the queue hands out a message before it lies among the dead letters."""
HIDDEN_SECONDS = 900
"""How long a message stays with one worker: longer than the longest release."""


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
                handling.missed(journey, station)
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
            # Reading the outputs of a stack starts the engine: not to be done all the time.
            stop.wait(max(pause, 10.0) if isinstance(error, NotUpError) else pause)
            pause = min(pause * 2, 24.0)


def _attempt(event: Event, station: Station, attempt: int) -> bool:
    try:
        handling.handle(event, station)
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
    if event.kind in retraining.KINDS:
        return retraining.journey_of(event, station)
    named = event.detail.get("journey")
    if named:
        return station.journeys.find(str(named))
    package = str(event.detail.get("ModelPackageArn", ""))
    return station.journeys.of_package(package) if package else None


def _forget_outputs(station: Station) -> None:
    for name in ("platform", "releases"):
        station.place.__dict__.pop(name, None)
