"""How a journey ends: recorded, and holding nothing that would keep others out."""

from modelyard.delivery.journey import Journey, State
from modelyard.delivery.station import Station


def end(journey: Journey, station: Station, state: State, reason: str) -> Journey:
    """Bring a journey to its end, and let the next one in."""
    station.still_ours()
    if state is not State.LIVE:
        station.machinery.record(
            station.place,
            {
                "operation": f"{state.value}#{journey.id}",
                "kind": state.value,
                "model": journey.model,
                "version": journey.version,
                "actor": journey.requested_by,
                "reason": reason,
            },
        )
    ended = station.journeys.save(journey.model_copy(update={"state": state, "reason": reason}))
    let_go(ended, station)
    station.report(f"{station.place.name} {journey.model}: {state.value} {reason}".rstrip())
    return ended


def let_go(journey: Journey, station: Station) -> None:
    """Give back what an ended journey holds; cut off, it is still listed and done again."""
    let_others(journey, station)
    station.journeys.close(journey)


def let_others(journey: Journey, station: Station) -> None:
    """Keep nobody out: a journey has ended, or waits for a person, who may take days."""
    station.promotion_lock(journey.model).release(journey.id)
