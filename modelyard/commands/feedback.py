"""`feedback`: tell a live endpoint what came of its predictions."""

import shlex
from pathlib import Path
from typing import Annotated, Any

import typer

from modelyard import catalogue
from modelyard.activity import doing
from modelyard.commands.options import EnvOption, JsonOption, ModelArgument
from modelyard.errors import UsageError
from modelyard.output import emit, facts
from modelyard.target import TargetOption, open_to_change


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command()(feedback)


def feedback(
    model: ModelArgument,
    source: Annotated[
        Path,
        typer.Option(
            "--from", help="A .csv or .jsonl file: prediction_id, row, label, known_at (optional)."
        ),
    ],
    env: EnvOption = "prod",
    target: TargetOption = "sandbox",
    as_json: JsonOption = False,
) -> None:
    """Post outcomes by prediction id; posting them again changes nothing."""
    name = catalogue.model(model)
    catalogue.environment(env)
    labels = _read(source)
    place = open_to_change(target, [env]).place(env)
    from modelyard.live.asking import post_labels
    from modelyard.live.endpoint import endpoint

    with doing(
        f"feedback for {name} in {env}",
        state="labels that were posted stay; posting them again changes nothing",
        resume=f"modelyard feedback {name} --env {env} --from {shlex.quote(str(source))}",
    ):
        posted = post_labels(endpoint(place, name), labels)
    left_out = labels.height - posted
    if as_json:
        emit({"model": name, "env": env, "posted": posted, "without_label": left_out})
        return
    facts(f"{name} in {env}", {"labels posted": posted, "rows without a label": left_out})


def _read(source: Path) -> Any:
    import polars

    readers: dict[str, Any] = {".csv": polars.read_csv, ".jsonl": polars.read_ndjson}
    if source.suffix not in readers:
        raise UsageError(f"{source}: allowed: {', '.join(readers)}.")
    try:
        # Ids are text, also where every one of them could be read as a number.
        types = {"prediction_id": polars.String, "known_at": polars.String}
        return readers[source.suffix](source, schema_overrides=types)
    except FileNotFoundError as error:
        raise UsageError(f"{source}: there is no such file.") from error
    except polars.exceptions.PolarsError as error:
        raise UsageError(f"{source}: {str(error).splitlines()[0]}") from error
