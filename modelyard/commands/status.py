"""`status`: what is live where, and whether it answers."""

from dataclasses import asdict

import typer

from modelyard import catalogue
from modelyard.commands.options import JsonOption, MaybeEnvOption
from modelyard.errors import ExitCode
from modelyard.output import emit, say, styled, table
from modelyard.target import TargetOption, open_yard


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command()(status)


def status(
    env: MaybeEnvOption = None, target: TargetOption = "sandbox", as_json: JsonOption = False
) -> None:
    """Show each model's live version, gate, address, health and pods."""
    if env is not None:
        catalogue.environment(env)
    yard = open_yard(target)
    from modelyard.live.status import status as ask

    found = ask(yard.places(env))
    if as_json:
        emit({"target": yard.target.value, "environments": [asdict(each) for each in found]})
    else:
        rows = [
            (
                each.environment,
                model.model,
                model.version or "none",
                model.gate or "-",
                styled("ready", "green") if model.ready else styled(model.detail, "yellow"),
                f"{sum(pod.ready for pod in model.pods)}/{len(model.pods)}",
                model.address,
                model.waiting,
            )
            for each in found
            for model in each.models
        ]
        table(
            f"Target: {yard.target}",
            ["environment", "model", "version", "gate", "health", "pods", "address", "on its way"],
            rows,
        )
        for each in found:
            if not each.up:
                say(styled(f"{each.environment} is not up:", "yellow"), f" {each.detail}")
    if not all(each.up for each in found):
        raise typer.Exit(ExitCode.NOT_UP)
