"""Asks one environment for what watching found of a model, and for what came of it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from modelyard.live.aftermath import Aftermath, aftermath
from modelyard.live.releases import Line, ReleaseLines
from modelyard.live.watch_alarms import watch_alarms
from modelyard.live.watching import WatchedWeek, automatic_retrainings, watched_weeks
from modelyard.place import Place
from modelyard.report.life.facts import LifeFacts, RetrainingFacts
from modelyard.report.reading import Reading

RELEASES = {"released", "rolled_back"}


def life(
    place: Place, model: str, entries: list[dict[str, Any]], live: bool, reading: Reading
) -> LifeFacts | None:
    """The life of a model that is live or was watched; None of any other.

    `entries` are those of the environment's ledger. Weeks are shown also where nobody may ask
    for alarms, or score what came after.
    """
    what = f"{place.name} {{}} of {model}"
    known = reading.part(what.format("life"), _watched, place, model, entries, live)
    if known is None or not (known.weeks or known.retrainings):
        return known
    alarms = reading.part(what.format("alarms"), watch_alarms, place, model)
    after = reading.part(what.format("days after retraining"), _after, place, known)
    return replace(known, alarms=alarms, after=after)


def _watched(
    place: Place, model: str, entries: list[dict[str, Any]], live: bool
) -> LifeFacts | None:
    from ml.spec import load_model

    weeks, decided = watched_weeks(place, model), automatic_retrainings(place, model)
    # A model that is still being written may have a spec that nobody can read yet.
    if not (weeks or decided or live):
        return None
    spec = load_model(place.root / "models" / model)
    return LifeFacts(
        environment=place.name,
        model=model,
        outcome=spec.data.label,
        task=spec.estimator.task,
        dated=spec.data.day is not None,
        reference_weeks=spec.monitoring.reference_weeks,
        limits=_limits(spec, weeks),
        weeks=weeks,
        retrainings=[_retraining(place, model, each) for each in decided],
        releases=[e for e in entries if e["model"] == model and e["kind"] in RELEASES],
    )


def _limits(spec: Any, weeks: list[WatchedWeek]) -> dict[str, float]:
    """The limits that the watch job holds weeks against, by the same rules."""
    from ml.monitoring.signals import PER_CLASS
    from ml.monitoring.watch import Rules

    found = [each for week in weeks for each in week.findings if each.signal in PER_CLASS]
    classes = sorted({each.figure for each in found if each.figure})
    return dict(Rules.of(spec, "", classes).limits)


def _retraining(place: Place, model: str, decided: dict[str, Any]) -> RetrainingFacts:
    from modelyard.delivery.journey import Journeys
    from modelyard.delivery.retraining import journey_id

    known = {name: decided[name] for name in ("at", "cause", "starts", "reason")}
    if not decided["starts"]:
        return RetrainingFacts(**known)
    journeys = Journeys.of(place)
    journey = journeys.find(journey_id(model, place.name, decided["key"]))
    if journey is None:
        return RetrainingFacts(**known)
    return RetrainingFacts(
        **known, state=journey.state.value, version=journey.version, outcome=journey.reason
    )


def followed(released: Sequence[Line], version: str) -> tuple[Line, Line] | None:
    """The line before a version's own, and its own; None where it never went live after another.

    `released` are the lines of one model, oldest first; the last time it went live counts.
    """
    at = [n for n, line in enumerate(released) if n and line["version"] == version]
    return (released[at[-1] - 1], released[at[-1]]) if at else None


def latest_released(
    released: Sequence[Line], retrainings: Sequence[RetrainingFacts]
) -> tuple[RetrainingFacts, tuple[Line, Line]] | None:
    """The last retraining whose version went live, with the lines before and after.

    A later one may have been kept back: it says nothing about what was released before it.
    """
    for each in reversed(retrainings):
        pair = followed(released, each.version)
        if pair is not None:
            return each, pair
    return None


def _after(place: Place, life: LifeFacts) -> Aftermath | None:
    """Compare the latest version that came by itself and went live with the one it followed."""
    lines = ReleaseLines.of(place)
    now = lines.live(life.model)
    if not (now and life.dated and life.weeks):
        return None
    found = latest_released([*lines.history(life.model), now], life.retrainings)
    if found is None:
        return None
    retraining, pair = found
    first = datetime.fromisoformat(retraining.at).date()
    last = date.fromisoformat(life.weeks[-1].week) + timedelta(days=6)
    return aftermath(place, life.model, *pair, first, last)
