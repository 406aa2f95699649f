"""Asks one environment for what watching found of a model, and for what came of it."""

from dataclasses import replace
from typing import Any

from modelyard.live.retrainings import comparisons, retrainings
from modelyard.live.watch_alarms import watch_alarms
from modelyard.live.watching import WatchedWeek, watched_weeks
from modelyard.place import Place
from modelyard.report.life.facts import LifeFacts
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
    after = reading.part(
        what.format("days after retraining"), comparisons, place, model, known.retrainings
    )
    return replace(known, alarms=alarms, after=after or [])


def _watched(
    place: Place, model: str, entries: list[dict[str, Any]], live: bool
) -> LifeFacts | None:
    from ml.spec import load_model

    weeks, decided = watched_weeks(place, model), retrainings(place, model)
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
        retrainings=decided,
        releases=[e for e in entries if e["model"] == model and e["kind"] in RELEASES],
    )


def _limits(spec: Any, weeks: list[WatchedWeek]) -> dict[str, float]:
    """The limits that the watch job holds weeks against, by the same rules."""
    from ml.monitoring.signals import PER_CLASS
    from ml.monitoring.watch import Rules

    found = [each for week in weeks for each in week.findings if each.signal in PER_CLASS]
    classes = sorted({each.figure for each in found if each.figure})
    return dict(Rules.of(spec, "", classes).limits)
