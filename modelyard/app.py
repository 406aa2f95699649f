"""The command line: which commands exist; every outcome is a message and an exit code."""

import os
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path

import typer

from modelyard import activity
from modelyard.commands import (
    agreement,
    audit,
    data,
    delivery,
    diagnose,
    environments,
    feedback,
    model,
    predict,
    promotion,
    release,
    sandbox,
    status,
    story,
    watch,
)
from modelyard.errors import ExitCode, YardError
from modelyard.output import say, styled

EPILOG = (
    "Exit codes: 0 done · 1 refused or failed · 2 typed wrongly · 3 sandbox or environment not up "
    "· 70 a bug in Modelyard · 130 interrupted."
)

app = typer.Typer(
    name="modelyard",
    help="MLOps as code: environments, training, releases and serving as reversible diffs.",
    epilog=EPILOG,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
)
for group in (
    environments,
    status,
    model,
    data,
    release,
    promotion,
    agreement,
    predict,
    feedback,
    watch,
    audit,
    story,
    sandbox,
    delivery,
    diagnose,
):
    group.register(app)


def main(arguments: list[str] | None = None) -> None:
    """Run the command line and leave with its exit code."""
    sys.exit(run(lambda: app(args=arguments, prog_name="modelyard", standalone_mode=False)))


def run(command: Callable[[], object]) -> int:
    """Turn whatever a command does into one message and one exit code."""
    activity.begin()
    try:
        outcome = command()
    except KeyboardInterrupt:
        return _interrupted()
    except YardError as error:
        return _tell(error.message, error.remedy, error.code)
    except typer.Abort:
        return _interrupted()
    except BrokenPipeError:
        # The reader (head, less) has gone; there is nobody left to tell.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return ExitCode.OK
    except Exception as error:
        return _failed(error)
    if outcome == ExitCode.INTERRUPTED:
        # Typer has caught Ctrl-C itself and says nothing.
        return _interrupted()
    return outcome if isinstance(outcome, int) else ExitCode.OK


def _failed(error: Exception) -> int:
    typed_wrongly = getattr(error, "format_message", None)
    if typed_wrongly is not None:
        context = getattr(error, "ctx", None)
        usage = f"see: {context.command_path} --help" if context is not None else ""
        return _tell(typed_wrongly() or "No command was given.", usage, ExitCode.USAGE)
    from modelyard.translate import translated

    known = translated(error)
    if known is not None:
        return _tell(known.message, known.remedy, known.code)
    log = _keep(error)
    return _tell(
        f"Modelyard made a mistake of its own: {type(error).__name__}: {error}",
        f"the details are in {log}; nothing after this point was changed",
        ExitCode.BROKEN,
    )


def _tell(message: str, remedy: str, code: int) -> int:
    say(styled("error:", "bold red"), f" {message}", stderr=True)
    if remedy:
        say("  ", styled("→", "cyan"), f" {remedy}", stderr=True)
    return code


def _interrupted() -> int:
    current, before = activity.interrupted(), activity.finished()
    if current is not None:
        say(f"\ninterrupted during: {current.what}", stderr=True)
        say(f"  state:  {current.state}", stderr=True)
        say(f"  resume: {current.resume}", stderr=True)
    elif before is not None:
        say(f"\ninterrupted after: {before.what}", stderr=True)
        say("  state:  that is done and stays so; nothing was changed after it", stderr=True)
    else:
        say("\ninterrupted; nothing was changed", stderr=True)
    return ExitCode.INTERRUPTED


def _keep(error: Exception) -> Path:
    from modelyard.checkout import state_folder

    folder = state_folder() / "logs"
    folder.mkdir(parents=True, exist_ok=True)
    log = folder / f"error-{time.strftime('%Y%m%d-%H%M%S')}.txt"
    log.write_text("".join(traceback.format_exception(error)))
    return log
