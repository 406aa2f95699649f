"""`release`: the image of a commit, which is what travels between environments."""

from typing import Annotated

import typer

from modelyard import catalogue
from modelyard.commands.options import JsonOption
from modelyard.output import emit, facts, note, say
from modelyard.target import TargetOption, open_to_change

app = typer.Typer(no_args_is_help=True, help="Pipeline releases: images with a record.")


def register(parent: typer.Typer) -> None:
    """Add the commands of this module."""
    parent.add_typer(app, name="release")


@app.command()
def build(
    working_tree: Annotated[
        bool, typer.Option("--working-tree", help="Uncommitted files too; recorded as dirty.")
    ] = False,
    digest: Annotated[str, typer.Option(help="Record an image that CI built and pushed.")] = "",
    target: TargetOption = "sandbox",
    as_json: JsonOption = False,
) -> None:
    """Build the image of the commit that is checked out, and record it in dev."""
    first = next(iter(catalogue.environments()))
    yard = open_to_change(target, [first])
    from modelyard.images import build_release

    record = build_release(yard.place(first), note, working_tree=working_tree, digest=digest)
    if as_json:
        emit(record)
        return
    facts("Release", record)
    if record["dirty"]:
        say("[yellow]dirty: made from uncommitted files; AWS refuses it[/yellow]")
