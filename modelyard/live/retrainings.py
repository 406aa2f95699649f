"""Retrainings that nobody asked for: what was decided, what came of it, and what it was worth."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from modelyard.delivery.journey import Journeys, State
from modelyard.live.aftermath import Aftermath, Pair, aftermath
from modelyard.live.watching import automatic_retrainings
from modelyard.place import Place
from modelyard.versions import told_by, versions


@dataclass(frozen=True, kw_only=True)
class Retraining:
    """What asked for a retraining by itself, what was decided, and how it ended."""

    at: str
    """Event time, ISO."""
    cause: str
    starts: bool
    reason: str
    """Why it started, or which limit held it back."""
    state: str = ""
    """Where its journey stands; empty where none was begun."""
    version: str = ""
    """The version it made; empty while there is none."""
    outcome: str = ""
    """Why the version waits, was refused or failed."""

    @property
    def kept(self) -> bool:
        """Whether its version failed its gate, so that the one before stayed."""
        return self.state == State.AWAITING_WAIVER


def retrainings(place: Place, model: str) -> list[Retraining]:
    """All of them with what their journeys came to, in the order of the decisions."""
    return [_retraining(place, model, each) for each in automatic_retrainings(place, model)]


def journey_of(place: Place, model: str, decided: dict[str, Any]) -> str:
    """Return the id of the journey that a decision to start has begun."""
    from modelyard.delivery.retraining import journey_id

    return journey_id(model, place.name, str(decided["key"]))


def comparisons(place: Place, model: str, decided: Sequence[Retraining]) -> list[Aftermath]:
    """Compare each version they made with the champion that its gate faced, on all days since.

    Those too that failed their gate: whether it was right is seen on no other days.
    """
    return aftermath(place, model, [*_pairs(place, model, decided)])


def _retraining(place: Place, model: str, decided: dict[str, Any]) -> Retraining:
    known = {name: decided[name] for name in ("at", "cause", "starts", "reason")}
    if not decided["starts"]:
        return Retraining(**known)
    journey = Journeys.of(place).find(journey_of(place, model, decided))
    if journey is None:
        return Retraining(**known)
    return Retraining(
        **known, state=journey.state.value, version=journey.version, outcome=journey.reason
    )


def _pairs(place: Place, model: str, decided: Sequence[Retraining]) -> Iterator[Pair]:
    made = [each for each in decided if each.version]
    known = versions(place, model) if made else []
    by_number = {each.number: each for each in known}
    by_digest = {each.line["digest"]: each for each in known}
    for each in made:
        version = by_number.get(each.version)
        if version is None:
            continue
        faced = told_by(place, version, "gate.json").get("champion") or {}
        champion = by_digest.get(str(faced.get("digest")))
        if champion is not None:
            since = datetime.fromisoformat(each.at).date()
            yield Pair(before=champion.line, after=version.line, since=since)
