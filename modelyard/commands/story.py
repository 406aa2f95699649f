"""`story` and `report`: the tour of the platform, and the page it leaves behind."""

from pathlib import Path
from typing import Annotated

import typer

from modelyard.commands.options import JsonOption
from modelyard.output import emit, say
from modelyard.story.lengths import FLIGHTS
from modelyard.target import TargetOption, open_yard


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command()(story)
    app.command()(report)


def story(
    from_empty: Annotated[
        bool, typer.Option("--from-empty", help="Tell it again, from empty environments.")
    ] = False,
    model: Annotated[
        str,
        typer.Option(help="Whose story: a model that was made from a file of yours has one too."),
    ] = FLIGHTS,
) -> None:
    """Carry a real model from landed data into production and back, stage by stage."""
    from modelyard.story.tell import tell

    tell(model=model, from_empty=from_empty)


def report(
    output: Annotated[
        Path | None, typer.Option(help="Where to write it; .modelyard/report.html by default.")
    ] = None,
    target: TargetOption = "sandbox",
    as_json: JsonOption = False,
) -> None:
    """Write one self-contained HTML page about environments, versions, quality and history."""
    yard = open_yard(target)
    from modelyard.report.collect import collect
    from modelyard.report.render import write

    facts = collect(yard)
    path = write(facts, output or yard.root / ".modelyard" / "report.html")
    if as_json:
        emit(facts)
    else:
        say(f"report: {path}")
