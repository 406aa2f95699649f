"""`data`: land files and let the data pipeline check, curate and mirror them."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from modelyard import catalogue
from modelyard.activity import doing
from modelyard.checkout import root
from modelyard.commands.options import EnvOption, JsonOption, ModelArgument
from modelyard.errors import UsageError, unknown
from modelyard.output import emit, note, say, table
from modelyard.target import TargetOption, open_to_change, open_yard

if TYPE_CHECKING:
    from modelyard.live.landing import Zone
    from modelyard.place import Place

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
    file: Annotated[
        Path | None,
        typer.Option(help="A file of your own; instead of the one a model was made from."),
    ] = None,
    to_table: Annotated[str, typer.Option("--table", help="The table --file belongs to.")] = "",
    parts: Annotated[
        str, typer.Option(help="Of a user-made model with time: 2024-01 or 2024-01:2024-04.")
    ] = "",
    target: TargetOption = "sandbox",
    as_json: JsonOption = False,
) -> None:
    """Land files in the raw zone and run the data pipeline over them."""
    name = catalogue.model(model)
    catalogue.environment(env)
    batches = _batches(name, file, to_table, months, parts)
    place = open_to_change(target, [env]).place(env)
    from ml.spec import load_model
    from modelyard.live.landing import describe, land_files, start_ingest, zones
    from modelyard.live.landing_result import require_some, told
    from modelyard.live.training import follow

    with doing(
        f"landing data of {name} in {env}",
        state="what has landed stays; a batch is ingested whole or not at all",
        resume=f"modelyard data land {name} --env {env} … (the same command)",
    ):
        tables = load_model(place.root / "models" / name).data.tables
        before, landed = zones(place, tables), 0
        for table_name, files in batches.items():
            for key in land_files(place, table_name, files):
                note(f"{env} landed {key}")
                landed += 1
        if not landed:
            note(f"{env} has all of this already: nothing new landed")
        import uuid

        execution = follow(
            place, start_ingest(place, name, f"ingest-{uuid.uuid4().hex[:12]}"), note
        )
    note(describe(execution))
    after = zones(place, tables)
    for line in told(before, after):
        note(line)
    _show(place, name, after, as_json)
    require_some(before, after)


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
    from modelyard.live.landing import zones

    tables = load_model(place.root / "models" / name).data.tables
    _show(place, name, zones(place, tables), as_json)


def _show(place: "Place", name: str, found: Sequence["Zone"], as_json: bool) -> None:
    from modelyard.live.landing import refused_batches

    refused = refused_batches(place, [zone.table for zone in found])
    if as_json:
        emit({"tables": found, "refused": refused})
        return
    table(
        f"{name} in {place.name}",
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
        say(f"refused whole: {each['table']}/{each['batch']}: {each['reason']}")


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


def _batches(
    name: str, file: Path | None, to_table: str, months: str, parts: str
) -> dict[str, Iterable[tuple[str, bytes]]]:
    """Table → names and contents of its files, made one at a time where there may be many."""
    from modelyard.onboarding.source import load_source
    from modelyard.onboarding.user_made import batches_of

    wanted = parse_months(months)
    source = load_source(root() / "models" / name)
    if source is not None and not to_table:
        if months:
            raise UsageError(
                f"{name} has no example data.", remedy="--parts takes months or weeks"
            )
        return {source.table: batches_of(root(), name, file=file, parts=parts, report=note)}
    if parts:
        raise UsageError(f"{name} was not made from a file: it has no parts.", remedy="--months")
    if file is not None:
        return _own(name, file, to_table)
    from modelyard.live.landing import example_batches

    return {table: each.items() for table, each in example_batches(name, wanted).items()}


def _own(name: str, file: Path, to_table: str) -> dict[str, Iterable[tuple[str, bytes]]]:
    from ml.spec import load_model

    tables = load_model(root() / "models" / name).data.tables
    if to_table not in tables:
        raise unknown("table", to_table, tables, where=f"models/{name}/model.yaml")
    return {to_table: [(file.name, file.read_bytes())]}
