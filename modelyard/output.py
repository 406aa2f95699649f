"""The only module that prints: people read tables, scripts read JSON, both from the same facts."""

import json
import os
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, is_dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console


def console(*, stderr: bool = False) -> "Console":
    """Return a console that keeps lines whole when the reader is a file or a pipe."""
    from rich.console import Console

    stream = sys.stderr if stderr else sys.stdout
    width = None if stream.isatty() or "COLUMNS" in os.environ else 160
    return Console(stderr=stderr, highlight=False, soft_wrap=True, width=width)


def say(message: str = "") -> None:
    """Print one line for a person."""
    console().print(message)


def note(message: str) -> None:
    """Print progress: to stderr, so that `--json` on stdout stays parseable."""
    from rich.markup import escape

    console(stderr=True).print(f"[dim]{time.strftime('%H:%M:%S')}[/dim] {escape(message)}")


def emit(value: object) -> None:
    """Print a value as JSON."""
    sys.stdout.write(json.dumps(value, indent=2, default=_plain, sort_keys=False) + "\n")


def table(title: str, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print a table for a person."""
    from rich import box
    from rich.table import Table

    shown = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
    for column in columns:
        shown.add_column(column, overflow="fold")
    for row in rows:
        shown.add_row(*("" if cell is None else str(cell) for cell in row))
    console().print(shown)


def facts(title: str, values: Mapping[str, object]) -> None:
    """Print named values under one heading."""
    from rich.markup import escape

    say(f"[bold]{title}[/bold]")
    width = max((len(key) for key in values), default=0)
    for key, value in values.items():
        say(f"  {key:<{width}}  {escape(str(value))}")


@contextmanager
def stopwatch() -> Iterator[list[float]]:
    """Measure a block; the list holds its seconds once the block has ended."""
    taken: list[float] = []
    begun = time.monotonic()
    try:
        yield taken
    finally:
        taken.append(time.monotonic() - begun)


def _plain(value: Any) -> object:
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    if hasattr(value, "model_dump"):
        return value.model_dump(mode="json")
    if hasattr(value, "isoformat"):
        return value.isoformat()
    return str(value)
