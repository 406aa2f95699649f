"""`approve`, `waive`: somebody answers, signed, for what may go live."""

from contextlib import AbstractContextManager
from typing import Annotated

import typer

from modelyard import catalogue
from modelyard.activity import doing
from modelyard.commands.options import (
    EnvOption,
    JsonOption,
    ModelArgument,
    ReasonOption,
    ReleaseOption,
    VersionOption,
)
from modelyard.output import emit, facts, note
from modelyard.target import TargetOption, open_to_change


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    for command in (approve, waive):
        app.command()(command)


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
            approve_version(yard, name, env, version, note)
            if version
            else approve_release(yard, name, env, release, note)
        )
    if as_json:
        emit(stored)
    else:
        facts("Approved", stored["statement"])


def waive(
    model: ModelArgument,
    version: Annotated[str, typer.Option("--version", help="The version to let through.")],
    reason: ReasonOption,
    expires: Annotated[str, typer.Option(help="Its last day, YYYY-MM-DD, at most 90 days ahead.")],
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
        stored = waive_version(yard, name, env, version, reason, expires, note)
    if as_json:
        emit(stored)
    else:
        facts("Waived", stored["statement"])


def _signing(what: str, again: str) -> AbstractContextManager[None]:
    return doing(
        what,
        state="once it is signed it counts, but ledger and delivery may not know of it yet",
        resume=f"{again}   (what was signed stands; ledger and delivery are told)",
    )
