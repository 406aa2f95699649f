"""Remembers what is going on, so that Ctrl-C can say what state things are in."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Activity:
    """One piece of work that can be interrupted."""

    what: str
    state: str
    """What stays true when it is interrupted now."""
    resume: str
    """The command that goes on from there."""


_current: list[Activity] = []
_done: list[Activity] = []


def begin() -> None:
    """Forget what an earlier command did in this process."""
    _current.clear()
    _done.clear()


@contextmanager
def doing(what: str, *, state: str, resume: str) -> Iterator[None]:
    """Announce a piece of work; after an interrupt `interrupted` still knows of it."""
    _current.append(Activity(what=what, state=state, resume=resume))
    try:
        yield
    except Exception:
        _current.pop()
        raise
    # Not in a `finally`: an interrupt must still find what was going on.
    _done.append(_current.pop())


def interrupted() -> Activity | None:
    """Return the innermost work that was going on, and forget it."""
    activity = _current[-1] if _current else None
    _current.clear()
    return activity


def finished() -> Activity | None:
    """Return the work that was finished last, and forget it: it did change something."""
    activity = _done[-1] if _done else None
    _done.clear()
    return activity
