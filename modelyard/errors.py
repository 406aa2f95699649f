"""What can go wrong, as one message with a way out, and the exit code that scripts can rely on."""

from collections.abc import Iterable
from difflib import get_close_matches
from enum import IntEnum


class ExitCode(IntEnum):
    """The exit codes of every command; `modelyard --help` prints this table."""

    OK = 0
    REFUSED = 1
    USAGE = 2
    NOT_UP = 3
    BROKEN = 70
    INTERRUPTED = 130


class YardError(Exception):
    """Something the person at the keyboard can understand and act on."""

    code = ExitCode.REFUSED

    def __init__(self, message: str, *, remedy: str = "") -> None:
        super().__init__(message)
        self.message = message
        """What is wrong and where."""
        self.remedy = remedy
        """What is allowed, or what to run; empty when the message already says it."""


class RefusedError(YardError):
    """A rule said no, or a piece of work failed."""


class UsageError(YardError):
    """What was typed names something that does not exist or cannot be combined."""

    code = ExitCode.USAGE


class NotUpError(YardError):
    """The environment or the sandbox that the command needs is not running."""

    code = ExitCode.NOT_UP


def unknown(kind: str, given: str, allowed: Iterable[str], *, where: str = "") -> UsageError:
    """Say what is allowed and which of it was probably meant."""
    names = sorted(allowed)
    nearest = get_close_matches(given, names, n=1, cutoff=0.5)
    hint = f' Did you mean "{nearest[0]}"?' if nearest else ""
    place = f" in {where}" if where else ""
    listing = ", ".join(names) if names else "none exist yet"
    return UsageError(f'There is no {kind} "{given}"{place}.{hint}', remedy=f"allowed: {listing}")
