"""`models`: what is wrong in model folders, all of it at once."""

from typing import Annotated

import typer

from modelyard import catalogue, checkout
from modelyard.commands.options import JsonOption
from modelyard.errors import ExitCode, RefusedError
from modelyard.output import emit, say

app = typer.Typer(no_args_is_help=True, help="Model folders.")


def register(parent: typer.Typer) -> None:
    """Add the commands of this module."""
    parent.add_typer(app, name="models")


@app.command()
def check(
    name: Annotated[str | None, typer.Argument(help="One model; all by default.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Check model folders and tell every mistake with its path."""
    from ml.model_folder import folder_problems

    chosen = [catalogue.model(name)] if name else catalogue.model_names()
    found = {each: folder_problems(checkout.root() / "models" / each) for each in chosen}
    if as_json:
        emit({"models": found})
    else:
        for each, problems in found.items():
            say(f"{each}: {_mistakes(len(problems)) if problems else 'in order'}")
            for problem in problems:
                typer.echo(f"  {problem}")
    wrong = sum(map(len, found.values()))
    if wrong and not as_json:
        raise RefusedError(
            f"{_mistakes(wrong)} in models/.", remedy="correct them and check again"
        )
    if wrong:
        raise typer.Exit(ExitCode.REFUSED)


def _mistakes(count: int) -> str:
    return "1 mistake" if count == 1 else f"{count} mistakes"


@app.command("list")
def list_(as_json: JsonOption = False) -> None:
    """List the model folders."""
    names = catalogue.model_names()
    if as_json:
        emit({"models": names})
    else:
        for name in names:
            typer.echo(name)
