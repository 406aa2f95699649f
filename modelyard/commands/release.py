"""`release`: the image of a commit, which is what travels between environments."""

from typing import Annotated

import typer

from modelyard import catalogue
from modelyard.activity import doing
from modelyard.commands.options import JsonOption
from modelyard.output import emit, facts, note, say, styled
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

    asked = " --working-tree" * working_tree + f" --digest {digest}" * bool(digest)
    with doing(
        f"release build in {first}",
        state="a release is recorded after its image, whole or not at all; what was built is kept",
        resume=f"modelyard release build{asked}",
    ):
        record = build_release(yard.place(first), note, working_tree=working_tree, digest=digest)
    if as_json:
        emit(record)
        return
    facts("Release", record)
    if record["dirty"]:
        say(styled("dirty: made from uncommitted files; AWS refuses it", "yellow"))
