"""`watch`: a live model's weeks, what broke in them, and which retrainings that asked for."""

from dataclasses import asdict
from typing import TYPE_CHECKING

import typer

from modelyard import catalogue
from modelyard.commands.options import EnvOption, JsonOption, ModelArgument
from modelyard.output import emit, say, table
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
    """Show the watched weeks of a model: figures, verdicts, and what came of them."""
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
        columns = ["week", "rows", "labelled", "mean prediction", "label rate", "performance"]
        table(f"{name} in {env}", [*columns, "versions", "verdict"], [_row(w) for w in weeks])
    for each in asked:
        what = "started" if each["starts"] else "skipped"
        say(f"{each['at'][:10]} {each['cause']}: {what}; {each['reason']}")


def _row(week: "WatchedWeek") -> tuple[object, ...]:
    signals = ("mean_prediction", "label_rate", "performance")
    values = [week.value(signal) for signal in signals]
    return (
        week.week,
        f"{week.rows:,}",
        f"{week.coverage:.1%}",
        *("" if value is None else f"{value:.3f}" for value in values),
        ", ".join(week.versions),
        _verdict(week),
    )


def _verdict(week: "WatchedWeek") -> str:
    if week.broke:
        return f"[red]broke: {', '.join(week.broke)}[/red]"
    return f"not judged: {', '.join(week.unjudged)}" if week.unjudged else "calm"


def _plain(weeks: "list[WatchedWeek]") -> list[dict[str, object]]:
    return [{**asdict(week), "coverage": week.coverage, "broke": week.broke} for week in weeks]
