"""Ends the story where a gate said no to a first version, with the figures it said no to."""

from modelyard.delivery.journey import Journey, State
from modelyard.errors import RefusedError
from modelyard.live.promotion import require_live
from modelyard.place import Place
from modelyard.story.lengths import how_to_go_on
from modelyard.versions import how_to_waive, told_by, version


def require_passed(place: Place, journey: Journey) -> Journey:
    """Return a journey that went live, or refuse with the rules that its gate found broken."""
    if journey.state is not State.AWAITING_WAIVER:
        return require_live(journey)
    model, number = journey.model, journey.version
    broken = unpassed(place, model, number)
    raise RefusedError(
        f"Version {number} of {model} did not pass its gate in {place.name}: "
        f"{'; '.join(broken) or journey.reason}",
        remedy=f"mend models/{model} and commit it, or: {how_to_waive(place, model, number)}; "
        f"then: {how_to_go_on(model)}",
    )


def unpassed(place: Place, model: str, number: str) -> list[str]:
    """Return the rules of a version's gate that were not passed, with what was measured."""
    gate = told_by(place, version(place, model, number), "gate.json")
    return [
        f"{rule['name']}: {rule['text']}"
        for rule in gate.get("rules", [])
        if rule["status"] != "passed"
    ]
