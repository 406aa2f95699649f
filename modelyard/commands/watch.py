"""`watch`: a live model's weeks, what broke in them, and which retrainings that asked for."""

from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from modelyard import catalogue
from modelyard.commands.options import EnvOption, JsonOption, ModelArgument
from modelyard.output import emit, say, styled, table
from modelyard.target import TargetOption, open_yard

if TYPE_CHECKING:
    from modelyard.live.watching import WatchedWeek


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command()(watch)


def watch(
    model: ModelArgument,
    env: EnvOption = "prod",
    target: TargetOption = "sandbox",
    as_json: JsonOption = False,
) -> None:
    """Show the watched weeks of a model: figures, verdicts, and what came of them.

    A model whose rows have no time is watched by slices of its answers, which have numbers.
    """
    name = catalogue.model(model)
    catalogue.environment(env)
    place = open_yard(target).place(env)
    from modelyard.live.watching import automatic_retrainings, watched_weeks

    weeks, asked = watched_weeks(place, name), automatic_retrainings(place, name)
    if as_json:
        emit({"model": name, "environment": env, "weeks": _plain(weeks), "retrainings": asked})
        return
    if not weeks:
        say(f"{name} in {env}: no week has been watched yet; the job runs by monitoring.schedule")
    else:
        unit, said = _unit(place.root, name)
        columns = [unit, "rows", "labelled", "mean prediction", "label rate", "performance"]
        shown = [(said(each), *_row(each)) for each in weeks]
        table(f"{name} in {env}", [*columns, "versions", "verdict"], shown)
    for each in asked:
        what = "started" if each["starts"] else "skipped"
        say(f"{each['at'][:10]} {each['cause']}: {what}; {each['reason']}")


def _unit(root: Path, model: str) -> "tuple[str, Callable[[WatchedWeek], str]]":
    """What a model is watched by, and how one of them is named."""
    from ml.spec import load_model
    from ml.spec_errors import SpecError
    from modelyard.live.watching import slice_number

    try:
        dated = load_model(root / "models" / model).data.day is not None
    except SpecError:
        # What was watched can be seen while the folder is being changed.
        dated = True
    if dated:
        return "week", lambda week: week.week
    return "slice", lambda week: str(slice_number(week))


def _row(week: "WatchedWeek") -> tuple[object, ...]:
    signals = ("mean_prediction", "label_rate", "performance")
    values = [week.value(signal) for signal in signals]
    return (
        f"{week.rows:,}",
        f"{week.coverage:.1%}",
        *("" if value is None else f"{value:.3f}" for value in values),
        ", ".join(week.versions),
        _verdict(week),
    )


def _verdict(week: "WatchedWeek") -> object:
    if week.broke:
        return styled(f"broke: {', '.join(week.broke)}", "red")
    return f"not judged: {', '.join(week.unjudged)}" if week.unjudged else "calm"


def _plain(weeks: "list[WatchedWeek]") -> list[dict[str, object]]:
    return [{**asdict(week), "coverage": week.coverage, "broke": week.broke} for week in weeks]
