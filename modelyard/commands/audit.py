"""`audit` and `trace`: what ran when, who wanted it, and whether the record is whole."""

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from modelyard import catalogue
from modelyard.commands.audit_origin import origin
from modelyard.commands.options import EnvOption, JsonOption, MaybeEnvOption
from modelyard.errors import ExitCode, RefusedError, UsageError
from modelyard.output import emit, facts, say, styled, table
from modelyard.target import TargetOption, open_yard

if TYPE_CHECKING:
    from ml.governance.entries import Live
    from ml.governance.ledger import Verdict

_DIGEST = r"sha256:[0-9a-f]{64}"

app = typer.Typer(no_args_is_help=True, help="The ledger of every environment.")


def register(parent: typer.Typer) -> None:
    """Add the commands of this module."""
    parent.add_typer(app, name="audit")
    parent.command()(trace)


@app.command()
def log(
    env: MaybeEnvOption = None, target: TargetOption = "sandbox", as_json: JsonOption = False
) -> None:
    """List every entry, oldest first."""
    _known(env)
    from modelyard.delivery.history import log as entries
    from modelyard.place import person

    found = [each for place in open_yard(target).places(env) for each in entries(place)]
    found.sort(key=lambda each: (each["at"], each["environment"], each["seq"]))
    if as_json:
        emit(found)
        return
    table(
        "Ledger",
        ["at", "environment", "no.", "what", "model", "version", "who", "reason"],
        [
            (
                e["at"],
                e["environment"],
                e["seq"],
                e["kind"].replace("_", " "),
                e["model"],
                e["version"],
                person(e["actor"]),
                e["reason"],
            )
            for e in found
        ],
    )


@app.command()
def verify(
    env: MaybeEnvOption = None,
    witness: Annotated[
        str,
        typer.Option(metavar="N:DIGEST", help="What an earlier verify printed; needs --env."),
    ] = "",
    target: TargetOption = "sandbox",
    as_json: JsonOption = False,
) -> None:
    """Walk the chain of every ledger: an edit, a removal, a reorder or a truncation is named.

    Whoever owns the ledger's key can write all of it anew; only a witness, noted elsewhere, tells.
    """
    _known(env)
    noted = parse_witness(witness, env) if witness else None
    from modelyard.delivery.history import ledger

    found = {
        place.name: ledger(place).verify(witness=noted) for place in open_yard(target).places(env)
    }
    broken = [name for name, verdict in found.items() if not verdict.intact]
    if as_json:
        emit({name: {**vars(each), "witness": _witness(each)} for name, each in found.items()})
        if broken:
            raise typer.Exit(ExitCode.REFUSED)
        return
    for name, verdict in found.items():
        if not verdict.intact:
            broke = f" at entry {verdict.broken_at}: {verdict.reason}"
            say(f"{name}: ", styled("broken", "red"), broke)
            continue
        say(f"{name}: whole, {verdict.entries} entries")
        if verdict.entries:
            say(f"  to note elsewhere: --env {name} --witness {_witness(verdict)}")
    if broken:
        raise RefusedError(
            f"The ledger of {', '.join(broken)} does not hold together.",
            remedy="the bucket keeps earlier versions of every object: compare them first",
        )


@app.command()
def at(
    date: Annotated[str, typer.Argument(metavar="DATE", help="2030-12-31 or with a time, UTC.")],
    env: MaybeEnvOption = None,
    target: TargetOption = "sandbox",
    as_json: JsonOption = False,
) -> None:
    """Say which version of each model was live at a moment."""
    _known(env)
    moment = parse_moment(date)
    from modelyard.delivery.history import ledger

    live: dict[str, dict[str, Live]] = {}
    for place in open_yard(target).places(env):
        live |= {place.name: ledger(place).at(moment).get(place.name, {})}
    if as_json:
        emit({name: {m: vars(v) for m, v in models.items()} for name, models in live.items()})
        return
    table(
        f"Live at {moment:%Y-%m-%d %H:%M:%S} UTC",
        ["environment", "model", "version", "since", "by"],
        [
            (name, model, each.version, each.since, each.kind)
            for name, models in live.items()
            for model, each in models.items()
        ],
    )


def trace(
    prediction_id: Annotated[str, typer.Argument(help="The id that came with the answer.")],
    env: EnvOption = "prod",
    target: TargetOption = "sandbox",
    as_json: JsonOption = False,
) -> None:
    """Follow one answer back to its version, run, commit, image and exact table versions."""
    catalogue.environment(env)
    from modelyard.live.trace import trace as follow

    found = follow(open_yard(target).place(env), prediction_id)
    if as_json:
        emit(found)
        return
    facts(f"Prediction {prediction_id}", origin(found))


def parse_witness(text: str, env: str | None) -> tuple[int, str]:
    """Read the number and digest of an entry, as `verify` prints them."""
    if env is None:
        raise UsageError("A witness is of one ledger.", remedy="add --env ENV")
    number, _, digest = text.partition(":")
    if not re.fullmatch(r"[1-9][0-9]*", number) or not re.fullmatch(_DIGEST, digest):
        raise UsageError(
            f'"{text}" is no witness.',
            remedy="NUMBER:sha256:64 hex digits, as `modelyard audit verify` prints it",
        )
    return int(number), digest


def _witness(verdict: "Verdict") -> str:
    return f"{verdict.entries}:{verdict.digest}" if verdict.digest else ""


def parse_moment(text: str) -> datetime:
    """Read a date (its end) or a moment; without a zone it is UTC."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise UsageError(
            f'"{text}" is neither a date nor a moment.',
            remedy="2030-12-31 or 2030-12-31T12:00:00",
        ) from error
    if len(text) == len("2030-12-31"):
        moment = moment.replace(hour=23, minute=59, second=59)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _known(env: str | None) -> None:
    if env is not None:
        catalogue.environment(env)
