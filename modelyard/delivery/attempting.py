"""One attempt at an event, and what is left to do when the last one has failed."""

from modelyard.delivery import handling, retraining, travel
from modelyard.delivery.events import Event
from modelyard.delivery.journey import ENDED, Journey, OvertakenError
from modelyard.delivery.lock import LostLockError
from modelyard.delivery.station import Station
from modelyard.errors import YardError

ATTEMPTS = 5
"""As often as the queue hands out a message before it lies among the dead letters."""


def attempt(event: Event, station: Station, number: int) -> bool:
    """Handle an event; False when it is to be tried again, or lies among the dead letters."""
    try:
        handling.handle(event, station)
    except OvertakenError:
        return True
    except LostLockError as lost:
        # Its journey is on its way still: the sweep goes on with it, once the others are done.
        station.report(f"{station.place.name}: {event.kind}: {lost.message}")
        return True
    except Exception as error:
        text = _told(error)
        station.report(f"{station.place.name}: attempt {number} of {event.kind}: {text}")
        if number >= ATTEMPTS:
            _try_to_give_up(event, station, text)
        return False
    return True


def _told(error: Exception) -> str:
    return error.message if isinstance(error, YardError) else f"{type(error).__name__}: {error}"


def _try_to_give_up(event: Event, station: Station, text: str) -> None:
    try:
        _give_up(event, station, text)
    except Exception as error:
        # Its journey stays open then, and goes on when whatever is away is back.
        station.report(f"{station.place.name}: cannot give up {event.kind}: {_told(error)}")


def _give_up(event: Event, station: Station, text: str) -> None:
    try:
        journey = _journey_of(event, station)
    except (KeyError, TypeError, ValueError, AttributeError):
        # What cannot be read names no journey; its message is for a person to look at.
        return
    if journey is not None and journey.state not in ENDED:
        reason = f"gave up after {ATTEMPTS} attempts, the event is among the dead letters: {text}"
        travel.give_up(journey, station, reason)


def _journey_of(event: Event, station: Station) -> Journey | None:
    if event.kind in retraining.KINDS:
        return retraining.journey_of(event, station)
    named = event.detail.get("journey")
    if named:
        return station.journeys.find(str(named))
    package = str(event.detail.get("ModelPackageArn", ""))
    return station.journeys.of_package(package) if package else None
