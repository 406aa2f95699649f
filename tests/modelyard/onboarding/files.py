"""Small wild files, and what `modelyard model new` makes of them."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from modelyard.onboarding.database import Database
from modelyard.onboarding.deciding import decide
from modelyard.onboarding.plan import Column, Plan
from modelyard.onboarding.request import Request
from modelyard.onboarding.table import TextTable, read

ROWS = 120


def csv_text(
    columns: dict[str, Callable[[int], Any]], rows: int = ROWS, divider: str = ","
) -> str:
    """A file whose cells are functions of the row's number."""
    lines = [divider.join(columns)]
    lines += [divider.join(str(make(n)) for make in columns.values()) for n in range(rows)]
    return "\n".join(lines) + "\n"


def labelled(rows: int = ROWS, **columns: Callable[[int], Any]) -> dict[str, Callable[[int], Any]]:
    """Columns with a feature that says something and a label of two classes, `y`."""
    return {"x": lambda n: (n * 37) % 101, **columns, "y": lambda n: "yes" if n % 3 else "no"}


def opened(folder: Path, content: str | bytes, name: str = "t.csv", **options: Any) -> TextTable:
    """A file read into texts."""
    file = folder / name
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    work = Path(tempfile.mkdtemp(dir=folder))
    return read(Database(work), file, called=name, **options)


def texts(table: TextTable) -> list[tuple[Any, ...]]:
    """Every row, in the file's order."""
    columns = ", ".join(f"c{number}" for number in range(len(table.names)))
    return table.query(
        f"SELECT {columns} FROM {table.source(*range(len(table.names)))} ORDER BY file_row_number"
    )


def planned(folder: Path, content: str | bytes, label: str = "y", **options: Any) -> Plan:
    """What is decided about a file."""
    table = opened(folder, content)
    request = Request(model="churn", file=Path("t.csv"), label=label, **options)
    return decide(table, request, table_name="churn")


def column(plan: Plan, name: str) -> Column:
    """One column of a plan."""
    return next(each for each in plan.columns if each.name == name)


def names(columns: Sequence[Column]) -> list[str]:
    """What columns are called."""
    return [each.name for each in columns]
