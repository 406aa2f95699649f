"""`diagnose`: one archive for a bug report, with secrets taken out."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from modelyard import checkout
from modelyard.activity import doing
from modelyard.commands.options import JsonOption
from modelyard.output import emit, note, say, table
from modelyard.target import Target, TargetOption, chosen, open_yard

HELP = """Bundle what the platform knows of itself into one archive for a bug report.

Works on a running sandbox, a stopped one, a broken one and on none: each section is collected by
itself, and one that cannot be collected says why inside the archive.

[bold]In it:[/bold] status and logs of every part, the engine's last updates and what they
changed, release lines, journeys, ledger, queues, alarms, pipelines, Kubernetes objects and events,
versions, commit, disk, memory, ports.

[bold]Never in it:[/bold] rows of any table, requests, predictions, Kubernetes Secrets,
specifications of pods, values of stacks. Keys, tokens, passwords and whatever looks like one are
taken out of all that is; the table says how many of each kind. Read it before you send it.

Examples:
  modelyard diagnose
  modelyard diagnose --output /tmp/report.tar.gz
  tar xzf modelyard-diagnosis-*.tar.gz && less modelyard-diagnosis-*/summary.json
"""


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command(help=HELP)(diagnose)


def diagnose(
    output: Annotated[
        Path | None,
        typer.Option(help="A file, or a folder; by default a new file in the current folder."),
    ] = None,
    target: TargetOption = "sandbox",
    as_json: JsonOption = False,
) -> None:
    """Collect, redact, pack, and say what is in it."""
    in_sandbox = chosen(target) is Target.SANDBOX
    root = checkout.root() if in_sandbox else open_yard(target).root
    from modelyard.diagnosis.diagnose import diagnose as bundle

    with doing(
        "collecting a diagnosis",
        state="nothing was changed, and no archive was written",
        resume="modelyard diagnose",
    ):
        found = bundle(root, output, note, in_sandbox=in_sandbox)
    if as_json:
        emit(asdict(found))
        return
    table(
        "In the bundle",
        ["section", "what", "files", "bytes", "seconds", "not there because"],
        [
            (e.section, e.title, e.files, f"{e.bytes:,}", e.seconds, _first_line(e.problem))
            for e in found.entries
        ],
    )
    table("Taken out", ["kind", "times"], [*found.redacted.items()] or [("nothing", 0)])
    say(f"bundle: {found.path} ({found.bytes:,} bytes)")


def _first_line(text: str) -> str:
    return text.partition("\n")[0][:120]
