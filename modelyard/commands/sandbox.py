"""`sandbox`: start it, stop it, look at it, forget it."""

import os
import shlex
import time
from collections import deque
from typing import Annotated

import typer

from modelyard import checkout
from modelyard.activity import doing
from modelyard.commands import sandbox_clock
from modelyard.commands.options import JsonOption
from modelyard.errors import RefusedError, unknown
from modelyard.output import emit, note, say, table

app = typer.Typer(no_args_is_help=True, help="AWS and three clusters on this machine.")
app.add_typer(sandbox_clock.app, name="clock")
LOG_LINES = 100
YesOption = Annotated[bool, typer.Option("--yes", help="Do not ask.")]


def register(parent: typer.Typer) -> None:
    """Add the commands of this module."""
    parent.add_typer(app, name="sandbox")


@app.command()
def up() -> None:
    """Start the sandbox: AWS emulator, control planes, nodes, image registry, delivery."""
    from modelyard.laptop import start

    with doing(
        "sandbox up",
        state="parts that were started go on running",
        resume="modelyard sandbox up   (or: modelyard sandbox down)",
    ):
        start(checkout.root(), note)
    say('the sandbox is up; for a shell: eval "$(modelyard sandbox env)"')


@app.command()
def down(yes: YesOption = False) -> None:
    """Stop every process; what lived in memory is lost, and this says what that is."""
    from modelyard.laptop import sandbox

    say("This stops the sandbox. AWS and the clusters live in memory: their contents are lost,")
    say("with the engine's state of them. Images, tools, logs and the report stay.")
    _agree(yes)
    with doing(
        "sandbox down",
        state="the sandbox ends by itself, and what lived in memory is lost; "
        "files that describe it may be left",
        resume="modelyard sandbox down",
    ):
        sandbox(checkout.root()).down()
    say("the sandbox is down")


@app.command()
def reset(yes: YesOption = False) -> None:
    """Stop the sandbox and remove all it kept but the files of your own models."""
    from modelyard.laptop import sandbox
    from modelyard.onboarding.store import FOLDER

    kept = checkout.state_folder() / FOLDER
    but = f" but {kept}, the files that models of yours were made from" if kept.exists() else ""
    say(f"This removes {checkout.state_folder()} with everything in it{but}.")
    _agree(yes)
    with doing(
        "sandbox reset",
        state=f"some of {checkout.state_folder()} is removed, the rest is still there",
        resume="modelyard sandbox reset",
    ):
        sandbox(checkout.root()).reset(keep=(FOLDER,))
    say("the sandbox is gone; modelyard sandbox up makes a new one")


@app.command()
def status(as_json: JsonOption = False) -> None:
    """Show the sandbox's parts: what runs, what was restarted, where the logs are."""
    from modelyard.laptop import sandbox

    found = sandbox(checkout.root()).status()
    if as_json:
        emit(found)
        return
    table(
        "Sandbox",
        ["part", "state", "pid", "restarts", "log"],
        [(part.name, part.state, part.pid, part.restarts, part.log) for part in found.parts],
    )
    if found.simulated_time:
        say(f"clock: set to {found.simulated_time} (modelyard sandbox clock)")
    for kind, count in found.types.items():
        say(f"AWS, {kind}: {count['resources']} resources of {count['types']} types")
    for each in found.not_enforced:
        say(f"not enforced: {each}")
    if found.problem:
        say(f"{found.problem} {found.remedy}")


@app.command()
def env() -> None:
    """Print the shell lines that point pulumi, kubectl and the AWS CLI at the sandbox."""
    from modelyard.laptop import enter

    before = dict(os.environ)
    enter(checkout.root())
    for name in sorted(before.keys() - os.environ.keys()):
        typer.echo(f"unset {name}")
    for name in sorted(os.environ):
        if os.environ[name] != before.get(name):
            typer.echo(f"export {name}={shlex.quote(os.environ[name])}")


@app.command()
def logs(
    part: Annotated[str, typer.Argument(help="A part that `sandbox status` lists.")],
    path: Annotated[bool, typer.Option("--path", help="Print where the log is.")] = False,
    follow: Annotated[bool, typer.Option("--follow", help="Go on as it grows.")] = False,
) -> None:
    """Print the last lines of one part's log."""
    from modelyard.laptop import sandbox

    ours = sandbox(checkout.root())
    known = [each.name for each in ours.status().parts]
    if known and part not in [*known, "supervisor"]:
        raise unknown("part", part, [*known, "supervisor"])
    found = ours.logs(part)
    if path:
        typer.echo(found)
        return
    with found.open(encoding="utf-8", errors="replace") as log:
        for line in deque(log, maxlen=LOG_LINES):
            typer.echo(line, nl=False)
        while follow:
            if line := log.readline():
                typer.echo(line, nl=False)
            else:
                time.sleep(0.2)


def _agree(yes: bool) -> None:
    if yes:
        return
    if not typer.confirm("Go on?", default=False):
        raise RefusedError("Nothing was stopped.", remedy="add --yes to go on without being asked")
