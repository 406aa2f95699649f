"""What the story writes down of a life: every week, every decision, and what came after."""

from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any

from modelyard.live.retrainings import comparisons, retrainings
from modelyard.live.watching import WatchedWeek, slice_number
from modelyard.place import Place
from modelyard.versions import told_by, versions


def written(
    place: Place, model: str, weeks: Sequence[WatchedWeek], report: Callable[[str], None]
) -> dict[str, Any]:
    """The whole life as figures, read anew, for it may have taken many runs.

    A decision that made a version has the rules of its gate; each comparison is told, too.
    """
    decided = retrainings(place, model)
    after = comparisons(place, model, decided)
    for each in after:
        report(each.told)
    gates = _gates(place, model, {each.version for each in decided if each.version})
    return {
        "rows": {
            "answers": sum(each.rows for each in weeks),
            "outcomes": sum(each.labelled for each in weeks),
        },
        "weeks": [{"monday": each.week, **_figures(each)} for each in weeks],
        "retrainings": [{**asdict(each), "gate": gates.get(each.version, [])} for each in decided],
        "after": [asdict(each) for each in after],
    }


def written_slices(slices: Sequence[WatchedWeek]) -> list[dict[str, Any]]:
    """The slices of a life without weeks, by their numbers."""
    return [{"slice": slice_number(each), **_figures(each)} for each in slices]


def _gates(place: Place, model: str, numbers: set[str]) -> dict[str, list[dict[str, Any]]]:
    known = versions(place, model) if numbers else []
    return {
        each.number: told_by(place, each, "gate.json").get("rules", [])
        for each in known
        if each.number in numbers
    }


def _figures(week: WatchedWeek) -> dict[str, Any]:
    return {
        "rows": week.rows,
        "coverage": week.coverage,
        "versions": week.versions,
        "broke": week.broke,
    }
