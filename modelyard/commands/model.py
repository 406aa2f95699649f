"""`model`: make a folder from a file, list folders, tell what is wrong in them."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from modelyard import catalogue, checkout
from modelyard.activity import doing
from modelyard.commands.options import JsonOption
from modelyard.errors import ExitCode, RefusedError
from modelyard.output import emit, note, say, styled, table

if TYPE_CHECKING:
    from modelyard.onboarding.making import Made

app = typer.Typer(no_args_is_help=True, help="Model folders.")


def register(parent: typer.Typer) -> None:
    """Add the commands of this module."""
    parent.add_typer(app, name="model")


@app.command()
def new(
    name: Annotated[str, typer.Argument(help="What the model will be called.")],
    file: Annotated[
        Path, typer.Option("--from", help="CSV, Parquet or JSON lines, a row per prediction.")
    ],
    label: Annotated[str, typer.Option(help="The column to predict.")],
    key: Annotated[
        list[str] | None, typer.Option(help="Column that names a row; may be repeated; or none.")
    ] = None,
    time: Annotated[
        str | None, typer.Option(help="Column that says when a row is asked about; or none.")
    ] = None,
    task: Annotated[
        str | None, typer.Option(help="classification, multiclass or regression.")
    ] = None,
    keep: Annotated[
        list[str] | None, typer.Option(help="Column that is a feature, whatever it looks like.")
    ] = None,
    leave_out: Annotated[
        list[str] | None, typer.Option(help="Column that is no feature; may be repeated.")
    ] = None,
    features: Annotated[
        int, typer.Option(min=1, help="The most features; the strongest are taken.")
    ] = 200,
    encoding: Annotated[str | None, typer.Option(help="Of the file, if not found out.")] = None,
    delimiter: Annotated[str | None, typer.Option(help="Of a CSV, if not found out.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace an existing folder.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Make a model folder from a file, and say what was assumed."""
    from modelyard.onboarding.making import make_model
    from modelyard.onboarding.request import Request
    from modelyard.onboarding.telling import summary

    request = Request(
        model=name,
        file=file,
        label=label,
        key=tuple(key or ()),
        time=time,
        task=task,
        keep=tuple(keep or ()),
        leave_out=tuple(leave_out or ()),
        encoding=encoding,
        delimiter=delimiter,
        most_features=features,
    )
    with doing(
        f"making models/{name} from {file.name}",
        state="no folder was written",
        resume="the same command",
    ):
        made = make_model(checkout.root(), request, force=force, report=note)
    if as_json:
        emit(summary(made))
    else:
        _tell(made)


def _tell(made: "Made") -> None:
    from modelyard.onboarding.caveats import warnings
    from modelyard.onboarding.telling import assumptions, columns_table

    plan = made.plan
    say(
        styled(f"models/{plan.model}", "bold"),
        f": {plan.rows:,} rows, {len(plan.columns):,} columns, "
        f"{len(plan.features)} of them features; {made.seconds:.1f} s",
    )
    say()
    table("Columns", ["column", "in the file", "kind", "becomes"], columns_table(plan))
    table("Assumed", ["what", "assumption", "change it with"], assumptions(plan))
    if look := warnings(plan):
        table("Look at these", ["what", "why"], look)
    say(f"The problem in models/{plan.model}/model.yaml is a draft: say it in your own words.")
    say(f'next: git add models/{plan.model} && git commit -m "Add {plan.model}"')
    say(f"then: make up MODEL={plan.model}   (modelyard model check says what is wrong)")


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
                say(f"  {problem}")
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
