"""`train`, `promote`, `rollback`, `retrain`: a version's way and back."""

from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Annotated, Any

import typer

from modelyard import catalogue
from modelyard.activity import doing
from modelyard.commands.options import (
    EnvOption,
    JsonOption,
    ModelArgument,
    ReasonOption,
    ReleaseOption,
    WaitOption,
)
from modelyard.output import emit, facts, note, say
from modelyard.target import TargetOption, open_to_change

if TYPE_CHECKING:
    from modelyard.place import Place

StartOption = Annotated[str, typer.Option("--start", help="First local day; all by default.")]
EndOption = Annotated[str, typer.Option("--end", help="Local day after the last; all by default.")]


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    for command in (train, promote, rollback, retrain):
        app.command()(command)


def train(
    model: ModelArgument,
    env: EnvOption = "dev",
    release: ReleaseOption = None,
    start: StartOption = "",
    end: EndOption = "",
    wait: WaitOption = True,
    target: TargetOption = "sandbox",
    as_json: JsonOption = False,
) -> None:
    """Train with a release on an environment's own data; a good version goes live there."""
    name = catalogue.model(model)
    catalogue.environment(env)
    place = open_to_change(target, [env]).place(env)
    from modelyard.live.retraining import train_now
    from modelyard.release_record import find_release

    with _training(name, env):
        done = train_now(
            place, name, find_release(place, release), note, start=start, end=end, wait=wait
        )
    _show(_with_who_approves(place, done), as_json)


def retrain(
    model: ModelArgument,
    env: EnvOption = "prod",
    start: StartOption = "",
    end: EndOption = "",
    wait: WaitOption = True,
    target: TargetOption = "sandbox",
    as_json: JsonOption = False,
) -> None:
    """Train the live release again on all data; champion and candidate are compared."""
    name = catalogue.model(model)
    catalogue.environment(env)
    place = open_to_change(target, [env]).place(env)
    from modelyard.live.retraining import retrain_now

    with _training(name, env):
        done = retrain_now(place, name, note, start=start, end=end, wait=wait)
    _show(_with_who_approves(place, done), as_json)


def promote(
    model: ModelArgument,
    to: Annotated[str, typer.Option("--to", help="staging or prod.")],
    release: ReleaseOption = None,
    start: StartOption = "",
    end: EndOption = "",
    wait: WaitOption = True,
    target: TargetOption = "sandbox",
    as_json: JsonOption = False,
) -> None:
    """Ask delivery to carry a release into the next environment, and follow it there."""
    name = catalogue.model(model)
    catalogue.environment_before(to)
    yard = open_to_change(target, [to])
    from modelyard.live.promotion import (
        follow,
        request_promotion,
        require_code_mode,
        require_live,
    )
    from modelyard.release_record import release_for

    chosen = release_for(yard, to, release)
    window = {key: day for key, day in (("start", start), ("end", end)) if day}
    require_code_mode(name)
    with doing(
        f"promotion of {name} to {to}",
        state="what delivery has taken up goes on by itself; only the watching has stopped",
        resume="modelyard status",
    ):
        journey = request_promotion(yard, name, to, chosen, window)
        if wait:
            journey = require_live(follow(yard.place(to), journey.id, note))
    _show(journey.model_dump(mode="json"), as_json)


def rollback(
    model: ModelArgument,
    reason: ReasonOption,
    env: EnvOption = "prod",
    target: TargetOption = "sandbox",
    as_json: JsonOption = False,
) -> None:
    """Make the previous version live again, code and model."""
    name = catalogue.model(model)
    catalogue.environment(env)
    place = open_to_change(target, [env]).place(env)
    from modelyard.live.rollback import roll_back

    with doing(
        f"rollback of {name} in {env}",
        state="a line that was changed is noted, and so is the reason; the ledger comes last",
        resume=f'modelyard rollback {name} --env {env} --reason "…"   (goes on with this one)',
    ):
        done = roll_back(place, name, reason, note)
    if as_json:
        emit(done)
    else:
        say(f"{name} in {env}: version {done.from_version} → {done.to_version} ({done.image})")


def _training(name: str, env: str) -> AbstractContextManager[None]:
    return doing(
        f"training of {name} in {env}",
        state="the pipeline goes on by itself, and so does delivery of its version",
        resume="modelyard status",
    )


def _with_who_approves(place: "Place", done: dict[str, Any]) -> dict[str, Any]:
    """Name the next command where the version passed its gate and waits for somebody else."""
    from modelyard.delivery.approvals import how_to_approve
    from modelyard.delivery.journey import State

    if done.get("state") != State.AWAITING_APPROVAL:
        return done
    command = how_to_approve(place, done["model"], done["version"])
    return {**done, "reason": f"someone else approves it first: {command}"}


def _show(done: dict[str, object], as_json: bool) -> None:
    if as_json:
        emit(done)
        return
    shown = ("id", "model", "environment", "state", "version", "run", "gate", "reason")
    facts("Done", {key: done[key] for key in shown if done.get(key)})
