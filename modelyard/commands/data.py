"""`data`: land files and let the data pipeline check, curate and mirror them."""

from pathlib import Path
from typing import Annotated

import typer

from modelyard import catalogue
from modelyard.activity import doing
from modelyard.commands.options import EnvOption, JsonOption, ModelArgument
from modelyard.errors import UsageError, unknown
from modelyard.output import emit, note, table
from modelyard.target import TargetOption, open_to_change, open_yard

app = typer.Typer(no_args_is_help=True, help="The data estate.")


def register(parent: typer.Typer) -> None:
    """Add the commands of this module."""
    parent.add_typer(app, name="data")


@app.command()
def land(
    model: ModelArgument,
    env: EnvOption = "prod",
    months: Annotated[
        str, typer.Option(help="Months of the example's own data: 1-4 or 5,6.")
    ] = "",
    file: Annotated[Path | None, typer.Option(help="A CSV file of your own.")] = None,
    to_table: Annotated[str, typer.Option("--table", help="The table --file belongs to.")] = "",
    target: TargetOption = "sandbox",
    as_json: JsonOption = False,
) -> None:
    """Land files in the raw zone and run the data pipeline over them."""
    name = catalogue.model(model)
    catalogue.environment(env)
    batches = _own(name, file, to_table) if file else _example(name, months)
    place = open_to_change(target, [env]).place(env)
    from modelyard.live.landing import describe, land, start_ingest
    from modelyard.live.training import follow

    with doing(
        f"landing data of {name} in {env}",
        state="what has landed stays; a batch is ingested whole or not at all",
        resume=f"modelyard data land {name} --env {env} … (the same command)",
    ):
        landed = land(place, batches)
        for key in landed:
            note(f"{env} landed {key}")
        import uuid

        execution = follow(
            place, start_ingest(place, name, f"ingest-{uuid.uuid4().hex[:12]}"), note
        )
    note(describe(execution))
    show(name, env, target, as_json)


@app.command()
def show(
    model: ModelArgument,
    env: EnvOption = "prod",
    target: TargetOption = "sandbox",
    as_json: JsonOption = False,
) -> None:
    """Show what each table holds per zone, and what was refused."""
    name = catalogue.model(model)
    catalogue.environment(env)
    place = open_yard(target).place(env)
    from ml.spec import load_model
    from modelyard.live.landing import refused_batches, zones

    tables = load_model(place.root / "models" / name).data.tables
    found, refused = zones(place, tables), refused_batches(place, tables)
    if as_json:
        emit({"tables": found, "refused": refused})
        return
    table(
        f"{name} in {env}",
        ["table", "raw", "curated", "quarantine", "planted", "version", "rules broken"],
        [
            (
                z.table,
                f"{z.raw:,}",
                f"{z.curated:,}",
                z.quarantine,
                z.planted,
                z.version,
                ", ".join(f"{rule} {n}" for rule, n in z.rules.items()),
            )
            for z in found
        ],
    )
    for each in refused:
        typer.echo(f"refused whole: {each['table']}/{each['batch']}: {each['reason']}")


def parse_months(text: str) -> list[int]:
    """Read 1-4 or 5,6 as months of the year."""
    months: list[int] = []
    try:
        for piece in filter(None, text.split(",")):
            first, _, last = piece.partition("-")
            months += range(int(first), int(last or first) + 1)
    except ValueError as error:
        raise UsageError(f'--months "{text}" is not understood.', remedy="1-4 or 5,6") from error
    if not set(months) <= set(range(1, 13)):
        raise UsageError(f'--months "{text}" leaves the year.', remedy="months are 1 to 12")
    return months


def _example(name: str, months: str) -> dict[str, dict[str, bytes]]:
    wanted = parse_months(months)
    from modelyard.live.landing import example_batches

    return example_batches(name, wanted)


def _own(name: str, file: Path, to_table: str) -> dict[str, dict[str, bytes]]:
    from ml.spec import load_model
    from modelyard.checkout import root

    tables = load_model(root() / "models" / name).data.tables
    if to_table not in tables:
        raise unknown("table", to_table, tables, where=f"models/{name}/model.yaml")
    return {to_table: {file.name: file.read_bytes()}}
