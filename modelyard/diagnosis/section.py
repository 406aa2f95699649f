"""One part of a diagnosis: collected on its own, so that what is broken cannot hide the rest."""

import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from typing import Any

from modelyard.errors import YardError
from modelyard.translate import translated

Contents = Mapping[str, Any]
"""File name → text, or plain data that is written as JSON."""


@dataclass(frozen=True, kw_only=True)
class Section:
    """What to collect, and into which folder of the bundle it goes."""

    name: str
    """Folder of the bundle; empty for its top."""
    title: str
    collect: Callable[[], Contents]


@dataclass(frozen=True, kw_only=True)
class Collected:
    """A section, collected or not."""

    section: Section
    seconds: float
    contents: Contents = field(default_factory=dict)
    problem: str = ""
    """Why it could not be collected; empty when it could."""


def collect(lanes: Sequence[Sequence[Section]], seconds: float) -> Iterator[Collected]:
    """Collect lanes side by side, the sections of one in turn; nothing is waited for longer."""
    results: SimpleQueue[Collected] = SimpleQueue()
    pending = {section.name + section.title: section for lane in lanes for section in lane}
    begun = time.monotonic()
    for lane in lanes:
        # Daemons: a server that accepts and never answers must not keep the command alive.
        threading.Thread(target=_walk, args=(lane, results), daemon=True).start()
    while pending:
        try:
            done = results.get(timeout=max(0.0, begun + seconds - time.monotonic()))
        except Empty:
            break
        del pending[done.section.name + done.section.title]
        yield done
    for section in pending.values():
        yield Collected(
            section=section, seconds=seconds, problem=f"did not answer within {seconds:g} s"
        )


def _walk(lane: Sequence[Section], results: "SimpleQueue[Collected]") -> None:
    for section in lane:
        begun = time.monotonic()
        contents, problem = _attempt(section)
        taken = round(time.monotonic() - begun, 2)
        results.put(Collected(section=section, seconds=taken, contents=contents, problem=problem))


def _attempt(section: Section) -> tuple[Contents, str]:
    try:
        return section.collect(), ""
    except Exception as error:
        known = error if isinstance(error, YardError) else translated(error)
        return {}, known.message if known else f"{type(error).__name__}: {error}"
