"""Who asked for a version: the one person beside its author who cannot be the one to agree."""

from modelyard.delivery.journey import Journeys
from modelyard.live.training import requester_of_run
from modelyard.place import Place
from modelyard.versions import Version


def requester_of(place: Place, version: Version) -> str:
    """Return who asked for a version's training, also before delivery has taken it up."""
    journey = Journeys.of(place).of_package(version.arn)
    return journey.requested_by if journey is not None else starter_of(place, version)


def starter_of(place: Place, version: Version) -> str:
    """Return who started a version's run: the role that registered it where the run names nobody.

    A run that was started past every command names nobody.
    """
    facts = version.facts
    started = requester_of_run(place, facts.get("model", ""), facts.get("run", ""))
    return started or facts.get("trained_by", "")
