"""`train`, `promote`, `approve`, `waive`, `rollback`, `retrain`: a version's way and back."""

from contextlib import AbstractContextManager
from typing import Annotated

import typer

from modelyard import catalogue
from modelyard.activity import doing
from modelyard.commands.options import (
    EnvOption,
    JsonOption,
    ModelArgument,
    VersionOption,
    WaitOption,
)
from modelyard.output import emit, facts, note, say
from modelyard.target import TargetOption, open_to_change

StartOption = Annotated[str, typer.Option("--start", help="First local day; all by default.")]
EndOption = Annotated[str, typer.Option("--end", help="Local day after the last; all by default.")]
ReleaseOption = Annotated[
    str | None, typer.Option("--release", help="Git SHA or image digest; the latest by default.")
]
ReasonOption = Annotated[str, typer.Option("--reason", help="Why; it stays in the ledger.")]


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    for command in (train, promote, approve, waive, rollback, retrain):
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
    _show(done, as_json)


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
    _show(done, as_json)


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
    before = catalogue.environment_before(to)
    yard = open_to_change(target, [to])
    from modelyard.live.promotion import (
        follow,
        request_promotion,
        require_code_mode,
        require_live,
    )
    from modelyard.release_record import find_release

    chosen = find_release(yard.place(before), release)
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


def approve(
    model: ModelArgument,
    env: EnvOption = "prod",
    release: ReleaseOption = None,
    version: VersionOption = None,
    target: TargetOption = "sandbox",
    as_json: JsonOption = False,
) -> None:
    """Sign, as yourself, that a release or a retrained version may go live."""
    name = catalogue.model(model)
    catalogue.environment_before(env)
    from modelyard.live.approving import approve_release, approve_version

    yard = open_to_change(target, [env])
    asked = f" --version {version}" if version else f" --release {release}" if release else ""
    with _signing(f"approval of {name} in {env}", f"modelyard approve {name} --env {env}{asked}"):
        stored = (
            approve_version(yard, name, env, version)
            if version
            else approve_release(yard, name, env, release)
        )
    if as_json:
        emit(stored)
    else:
        facts("Approved", stored["statement"])


def waive(
    model: ModelArgument,
    version: Annotated[str, typer.Option("--version", help="The version to let through.")],
    reason: ReasonOption,
    expires: Annotated[str, typer.Option(help="Last day it holds, for instance 2030-12-31.")],
    env: EnvOption = "prod",
    target: TargetOption = "sandbox",
    as_json: JsonOption = False,
) -> None:
    """Answer, until a date, for a version that its gate did not pass; you become the owner."""
    name = catalogue.model(model)
    catalogue.environment(env)
    from modelyard.live.approving import waive_version

    yard = open_to_change(target, [env])
    again = f"modelyard waive {name} --env {env} --version {version} --expires {expires}"
    with _signing(f"waiver of version {version} of {name} in {env}", f'{again} --reason "…"'):
        stored = waive_version(yard, name, env, version, reason, expires)
    if as_json:
        emit(stored)
    else:
        facts("Waived", stored["statement"])


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


def _signing(what: str, again: str) -> AbstractContextManager[None]:
    return doing(
        what,
        state="once it is signed it counts, but ledger and delivery may not know of it yet",
        resume=f"{again}   (signs anew; the last one counts)",
    )


def _show(done: dict[str, object], as_json: bool) -> None:
    if as_json:
        emit(done)
        return
    shown = ("id", "model", "environment", "state", "version", "run", "gate", "reason")
    facts("Done", {key: done[key] for key in shown if done.get(key)})
