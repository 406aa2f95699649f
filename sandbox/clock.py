"""The sandbox's clock for programs: read it, move it, and learn what that fired."""

import datetime
import json
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sandbox.errors import SandboxError
from sandbox.layout import Layout
from sandbox.timeline.clock import ClockError, parse, text

READ_SECONDS = 5.0
MOVE_SECONDS = 600.0
"""A move answers when everything that is due has been started."""


@dataclass(frozen=True, kw_only=True)
class Reading:
    """What the clock shows."""

    now: datetime.datetime
    """UTC."""
    simulated: bool
    """Whether it was set; if not, it goes with the machine."""


@dataclass(frozen=True, kw_only=True)
class Firing:
    """One scheduled thing that was due, at one of its targets."""

    at: datetime.datetime
    kind: str
    """`EventBridge rule`, `EventBridge schedule` or `CronJob`."""
    environment: str
    name: str
    target: str
    """ARN, or namespace and name of the Job that was made."""
    result: str
    """delivered | skipped | unsupported | failed"""
    detail: str


@dataclass(frozen=True, kw_only=True)
class AlarmChange:
    """One alarm that changed its state."""

    at: datetime.datetime
    environment: str
    name: str
    before: str
    after: str
    """OK | ALARM | INSUFFICIENT_DATA"""
    reason: str


@dataclass(frozen=True, kw_only=True)
class Move:
    """Everything that a move did, in order of time."""

    reading: Reading
    before: datetime.datetime
    fired: tuple[Firing, ...]
    alarms: tuple[AlarmChange, ...]
    problems: tuple[str, ...]
    """What is provisioned and cannot be read, reached or evaluated here."""


class Clock:
    """The clock of the sandbox in a folder; every method raises `SandboxError` with a remedy.

    What the clock refuses is a `ClockError`, and then it stands where it stood.
    """

    def __init__(self, root: Path) -> None:
        self._layout = Layout.load(Path(root))

    def read(self) -> Reading:
        """Return what it shows."""
        return _reading(self._ask(None, READ_SECONDS))

    def advance_to(self, moment: datetime.datetime) -> Move:
        """Set it, if it goes with the machine; move it forward, if it was set. Never back."""
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=datetime.UTC)
        return self._move({"now": text(moment)})

    def advance(self, by: datetime.timedelta) -> Move:
        """Move it forward; by nothing, it evaluates the alarms once more where it stands."""
        return self._move({"advance_seconds": by.total_seconds()})

    def real(self) -> Move:
        """Let it go with the machine again; nothing fires."""
        return self._move({"real": True})

    def _move(self, instruction: dict[str, Any]) -> Move:
        told = self._ask(instruction, MOVE_SECONDS)
        return Move(
            reading=_reading(told),
            before=parse(told["before"]),
            fired=tuple(Firing(**{**each, "at": parse(each["at"])}) for each in told["fired"]),
            alarms=tuple(
                AlarmChange(**{**each, "at": parse(each["at"])}) for each in told["alarms"]
            ),
            problems=tuple(told["problems"]),
        )

    def _ask(self, instruction: dict[str, Any] | None, seconds: float) -> dict[str, Any]:
        request = urllib.request.Request(
            f"{self._layout.aws_endpoint}/_sandbox/clock",
            data=None if instruction is None else json.dumps(instruction).encode(),
            headers={"Content-Type": "application/json"},
        )
        try:
            with urllib.request.urlopen(request, timeout=seconds) as answer:
                told: dict[str, Any] = json.load(answer)
        except urllib.error.HTTPError as error:
            with error:
                raise _refusal(error) from error
        except (OSError, ValueError) as error:
            raise SandboxError(
                f"The sandbox's clock at {self._layout.aws_endpoint} does not answer: {error}.",
                "Run `modelyard sandbox status`.",
            ) from error
        return told


def simulated_time(root: Path) -> str:
    """Return what the clock was set to; empty if it was not, or does not answer."""
    try:
        reading = Clock(root).read()
    except SandboxError:
        return ""
    return text(reading.now) if reading.simulated else ""


def _reading(told: dict[str, Any]) -> Reading:
    return Reading(now=parse(told["now"]), simulated=bool(told["simulated"]))


def _refusal(error: urllib.error.HTTPError) -> SandboxError:
    content = error.read()
    try:
        told = json.loads(content)
        return ClockError(told["error"], told["remedy"])
    except (ValueError, KeyError, TypeError):
        return SandboxError(
            f"The sandbox's clock answered {error.code}: {content[:200].decode(errors='replace')}",
            "Read its log: `modelyard sandbox logs aws`.",
        )
