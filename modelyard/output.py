"""The only module that prints: people read tables, scripts read JSON, both from the same facts."""

import json
import os
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, is_dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

_INVISIBLE = {
    code: f"\\x{code:02x}" for code in (*range(32), *range(127, 160)) if chr(code) not in "\n\t"
}
"""Characters that a terminal obeys instead of showing: data must not move its cursor."""


def console(*, stderr: bool = False) -> "Console":
    """Return a console that shows text as it is, in whole lines where a file or pipe reads it."""
    from rich.console import Console

    stream = sys.stderr if stderr else sys.stdout
    width = None if stream.isatty() or "COLUMNS" in os.environ else 160
    return Console(
        stderr=stderr, highlight=False, markup=False, emoji=False, soft_wrap=True, width=width
    )


def styled(value: object, style: str) -> "Text":
    """Give a value a style: nothing inside a text does, because data is never markup."""
    from rich.text import Text

    return Text(str(value).translate(_INVISIBLE), style=style)


def say(*parts: "str | Text", stderr: bool = False) -> None:
    """Print one line for a person, of plain and styled parts."""
    from rich.text import Text

    console(stderr=stderr).print(Text.assemble(*map(_shown, parts)))


def note(message: str) -> None:
    """Print progress: to stderr, so that `--json` on stdout stays parseable."""
    say(styled(time.strftime("%H:%M:%S"), "dim"), f" {message}", stderr=True)


def emit(value: object) -> None:
    """Print a value as JSON."""
    sys.stdout.write(json.dumps(value, indent=2, default=_plain, sort_keys=False) + "\n")


def table(title: str, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print a table for a person; a cell is plain unless it is styled."""
    from rich import box
    from rich.table import Table

    heading = _shown(title).plain
    shown = Table(title=heading, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
    for column in columns:
        shown.add_column(_shown(column), overflow="fold")
    for row in rows:
        shown.add_row(*("" if cell is None else _shown(cell) for cell in row))
    console().print(shown)


def facts(title: str, values: Mapping[str, object]) -> None:
    """Print named values under one heading."""
    say(styled(title, "bold"))
    width = max((len(key) for key in values), default=0)
    for key, value in values.items():
        say(f"  {key:<{width}}  {value}")


def _shown(value: object) -> "Text":
    from rich.text import Text

    return value if isinstance(value, Text) else styled(value, "")


def _plain(value: Any) -> object:
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    if hasattr(value, "model_dump"):
        return value.model_dump(mode="json")
    if hasattr(value, "isoformat"):
        return value.isoformat()
    return str(value)
