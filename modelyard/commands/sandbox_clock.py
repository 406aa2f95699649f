"""`sandbox clock`: the time by which schedules and alarms go in the sandbox, and moving it."""

import datetime
import re
from typing import TYPE_CHECKING, Annotated

import typer

from modelyard import checkout
from modelyard.activity import doing
from modelyard.commands.options import JsonOption
from modelyard.errors import UsageError
from modelyard.output import emit, say, table

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox.clock import Clock, Move, Reading

app = typer.Typer(
    help="The sandbox's time for schedules, alarms and their events; it can be set, and only "
    "goes forward."
)
_UNITS = {"w": "weeks", "d": "days", "h": "hours", "m": "minutes", "s": "seconds"}
_SPANS = re.compile(r"(?:\d+[wdhms])+")
_SPAN = re.compile(r"(\d+)([wdhms])")


@app.callback(invoke_without_command=True)
def show(context: typer.Context, as_json: JsonOption = False) -> None:
    """Show the time, and whether it was set."""
    if context.invoked_subcommand is not None:
        return
    reading = _clock().read()
    if as_json:
        emit(reading)
    else:
        say(_told(reading))


@app.command("set")
def set_(
    moment: Annotated[str, typer.Argument(help="A date or an ISO time, UTC unless it says so.")],
    as_json: JsonOption = False,
) -> None:
    """Set the clock; from a time that was set it goes there and fires what is due on the way."""
    from sandbox.timeline.clock import parse

    wanted = parse(moment)
    _move(lambda clock: clock.advance_to(wanted), as_json)


@app.command()
def advance(
    by: Annotated[str, typer.Argument(help="How far: 7d, 12h, 90m, 1w2d.")],
    as_json: JsonOption = False,
) -> None:
    """Go forward and fire what is due on the way."""
    span = _span(by)
    _move(lambda clock: clock.advance(span), as_json)


@app.command()
def real(as_json: JsonOption = False) -> None:
    """Go with the machine's time again; nothing fires."""
    _move(lambda clock: clock.real(), as_json)


def _move(move: "Callable[[Clock], Move]", as_json: bool) -> None:
    clock = _clock()
    with doing(
        "moving the sandbox's clock",
        state="the sandbox goes on with a move that it has begun, and fires what is due",
        resume="modelyard sandbox clock   (shows where it stands)",
    ):
        moved = move(clock)
    _report(moved, as_json)


def _clock() -> "Clock":
    from sandbox.clock import Clock

    return Clock(checkout.state_folder())


def _span(given: str) -> datetime.timedelta:
    text = given.strip().lower()
    if not _SPANS.fullmatch(text):
        raise UsageError(
            f'"{given}" is no span of time.',
            remedy="write numbers with w, d, h, m or s: 7d, 12h, 1w2d",
        )
    try:
        spans = [
            datetime.timedelta(**{_UNITS[unit]: int(number)})
            for number, unit in _SPAN.findall(text)
        ]
        return sum(spans, datetime.timedelta())
    except OverflowError as error:
        raise UsageError(f'"{given}" is beyond the calendar.', remedy="give less") from error


def _told(reading: "Reading") -> str:
    how = "set" if reading.simulated else "goes with the machine"
    return f"{reading.now:%Y-%m-%d %H:%M:%S} UTC ({how})"


def _report(move: "Move", as_json: bool) -> None:
    if as_json:
        emit(move)
        return
    say(f"{move.before:%Y-%m-%d %H:%M:%S} UTC → {_told(move.reading)}")
    if move.fired:
        table(
            "Fired",
            ["at", "what", "environment", "name", "result"],
            [
                (
                    f"{each.at:%Y-%m-%d %H:%M:%S}",
                    each.kind,
                    each.environment,
                    each.name,
                    f"{each.result}: {each.detail}" if each.detail else each.result,
                )
                for each in move.fired
            ],
        )
    if move.alarms:
        table(
            "Alarms",
            ["at", "environment", "name", "state", "why"],
            [
                (
                    f"{each.at:%Y-%m-%d %H:%M:%S}",
                    each.environment,
                    each.name,
                    f"{each.before} → {each.after}",
                    each.reason,
                )
                for each in move.alarms
            ],
        )
    for problem in move.problems:
        say(f"not done: {problem}")
