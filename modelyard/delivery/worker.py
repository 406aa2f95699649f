"""Delivery itself: reads each environment's queue and moves journeys on."""

import threading
import time
from collections.abc import Sequence

from modelyard.delivery import ending, events, handling, travel
from modelyard.delivery.attempting import attempt
from modelyard.delivery.journey import Journey, OvertakenError, State
from modelyard.delivery.lock import LostLockError
from modelyard.delivery.reconciling import Reconciler
from modelyard.delivery.station import Station
from modelyard.errors import NotUpError
from modelyard.stacks import PLATFORM, RELEASES

HIDDEN_SECONDS = 900
"""How long a message stays with one worker: longer than the longest release."""


class StuckError(Exception):
    """Journeys that could not be moved on; all the others were."""


def sweep(station: Station) -> None:
    """Move on what no event will move: training that failed, and steps that a crash cut off.

    Raises StuckError in the end: a journey that fails holds up none of the others.
    """
    for journey in station.journeys.ended():
        ending.let_go(journey, station)
    stuck: list[str] = []
    for journey in station.journeys.open():
        try:
            _move(journey, station)
        except OvertakenError:
            continue
        except LostLockError as lost:
            station.report(f"{station.place.name} {journey.model}: {lost.message}")
        except Exception as error:
            stuck.append(f"{journey.id}: {type(error).__name__}: {error}")
    if stuck:
        raise StuckError("; ".join(stuck))


def _move(journey: Journey, station: Station) -> None:
    if journey.state is State.REQUESTED:
        travel.request_training(journey, station)
    elif journey.state is State.TRAINING:
        travel.keep_lock(journey, station)
        status, reason = station.machinery.training_state(station.place, journey.execution)
        if status in {"Failed", "Stopped"}:
            ending.end(journey, station, State.FAILED, f"training {status.lower()}: {reason}")
        elif status == "Succeeded":
            handling.trained(journey, station)
    elif journey.state is State.RELEASING:
        travel.release(journey, station)
    else:
        ending.let_others(journey, station)


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
        number = int(message.get("Attributes", {}).get("ApproximateReceiveCount", "1"))
        if event is None:
            # Left to the queue, which sets it aside: dropped, nobody would ever know of it.
            station.report(f"{station.place.name}: attempt {number} of a message that is no event")
        if event is not None and attempt(event, station, number):
            sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
            done += 1
        else:
            sqs.change_message_visibility(
                QueueUrl=queue,
                ReceiptHandle=message["ReceiptHandle"],
                VisibilityTimeout=backoff_seconds(number),
            )
    return done


def backoff_seconds(number: int) -> int:
    """How long a message stays out of sight after its n-th attempt."""
    return int(min(60, 2**number))


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
    reconciler = Reconciler(station)
    pause = 3.0
    while not stop.is_set():
        try:
            if not resumed:
                # Before the first message: what a crash cut off must know its execution
                # before that execution's registration is read.
                sweep(station)
                resumed = True
            if poll(station) == 0:
                reconciler.look_if_due()
                sweep(station)
            pause = 3.0
        except Exception as error:
            # Whatever it is, the worker must outlive it: the environment may not be up yet.
            if time.monotonic() > quiet_until:
                station.report(f"{station.place.name}: waiting: {type(error).__name__}: {error}")
                quiet_until = time.monotonic() + 60
            # A journey that is stuck keeps no message waiting; an environment that is away does.
            resumed = isinstance(error, StuckError)
            station.place.forget(PLATFORM, RELEASES)
            # Reading the outputs of a stack starts the engine: not to be done all the time.
            stop.wait(max(pause, 10.0) if isinstance(error, NotUpError) else pause)
            pause = min(pause * 2, 24.0)
