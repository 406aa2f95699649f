"""What the half year came to, read from what the platform keeps: also when it took many runs."""

from collections.abc import Callable
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from modelyard.live.aftermath import Aftermath, aftermath
from modelyard.live.releases import Line, ReleaseLines
from modelyard.live.watching import WatchedWeek, automatic_retrainings
from modelyard.place import Place
from modelyard.storage import read_json, split_uri
from modelyard.story.attempts import journeys_of
from modelyard.story.teller import MODEL
from modelyard.story.weeks import journey_of
from modelyard.versions import Version, version

PSI, ANSWERS = "psi", "output_"
FIGURES = ("mean_prediction", "label_rate", "performance")
BASELINES = ("validation", "recent_production", "same_season")
GATE = ("name", "status", "measured", "low", "high", "text")


def record(
    place: Place, weeks: list[WatchedWeek], last: date, report: Callable[[str], None]
) -> dict[str, Any]:
    """Weeks, retrainings and how each version that one made compares on the days after it."""
    retrainings = [_retraining(place, each) for each in automatic_retrainings(place, MODEL)]
    after = []
    for each in retrainings:
        if each["version"]:
            found = _compared(place, each["version"], each["at"], last)
            after += [found] if found else []
    for found in after:
        report(found.told)
    return {
        "rows": {
            "answers": sum(each.rows for each in weeks),
            "outcomes": sum(each.labelled for each in weeks),
        },
        "weeks": [_week(each) for each in weeks],
        "retrainings": retrainings,
        # The first has most days after it.
        "after": asdict(after[0]) if after else {},
        "comparisons": [asdict(each) for each in after],
    }


def _week(week: WatchedWeek) -> dict[str, Any]:
    return {
        "week": week.week,
        "rows": week.rows,
        "coverage": round(week.coverage, 4),
        "versions": week.versions,
        **{name: week.value(name) for name in FIGURES},
        "broke": week.broke,
        "unjudged": week.unjudged,
        "drift": {name: _drift(week, name) for name in BASELINES if _drift(week, name)},
    }


def _drift(week: WatchedWeek, baseline: str) -> dict[str, Any]:
    """How far features and answers are from a baseline; empty where there is no such baseline."""
    found = {e.figure: e.value for e in week.findings if (e.signal, e.baseline) == (PSI, baseline)}
    features = {name: psi for name, psi in found.items() if not name.startswith(ANSWERS)}
    if not features:
        return {}
    farthest = max(features, key=lambda name: features[name])
    answers = [psi for name, psi in found.items() if name.startswith(ANSWERS)]
    return {
        "farthest": farthest,
        "psi": round(features[farthest], 4),
        "answers": round(max(answers), 4) if answers else None,
    }


def _retraining(place: Place, decided: dict[str, Any]) -> dict[str, Any]:
    told = {name: decided[name] for name in ("at", "cause", "starts", "reason")}
    journey = journeys_of(place).find(journey_of(place, decided)) if decided["starts"] else None
    if journey is None:
        return {**told, "version": ""}
    return {
        **told,
        "version": journey.version,
        "state": journey.state.value,
        "outcome": journey.reason,
        "gate": _gate(place, version(place, MODEL, journey.version)) if journey.version else [],
    }


def _gate(place: Place, made: Version) -> list[dict[str, Any]]:
    bucket, prefix = split_uri(made.line["package"])
    folder = prefix.rstrip("/").removesuffix("/manifest.json")
    gate = read_json(place.client("s3"), bucket, f"{folder}/gate.json") or {}
    return [{name: rule.get(name) for name in GATE} for rule in gate.get("rules", [])]


def _compared(place: Place, number: str, at: str, last: date) -> Aftermath | None:
    """A version and the one that it was to replace, on the days that neither had seen."""
    made = version(place, MODEL, number)
    before = _champion(place, made)
    if before is None:
        return None
    first = datetime.fromisoformat(at).date()
    return aftermath(place, MODEL, before, made.line, first, last)


def _champion(place: Place, made: Version) -> Line | None:
    """The newest version that was live before this one could be, and is not gone back from."""
    lines = ReleaseLines.of(place)
    live = lines.live(MODEL)
    known = [*lines.history(MODEL), *([live] if live else [])]
    older = [line for line in known if int(line["version"]) < int(made.number)]
    return older[-1] if older else None
