"""What `trace` found, as lines that a person reads: one a table, and the window in words."""

from collections.abc import Mapping
from typing import Any

LONG = {"lineage", "prediction", "tables", "window"}
"""Documents of their own: whole with `--json`."""


def origin(found: Mapping[str, Any]) -> dict[str, str]:
    """Return the facts of an answer's origin by their headings."""
    lines = {key: str(value) for key, value in found.items() if key not in LONG}
    for each in found["tables"]:
        lines[f"table {each['name']}"] = f"version {each['version']} of {each['uri']}"
    if found["window"]:
        lines["window"] = _window(found["window"])
    return lines


def _window(window: Mapping[str, str | None]) -> str:
    words = f"{window['start'] or 'the first row'} to {window['end'] or 'the last'}"
    holdout = window.get("holdout_start")
    return f"{words}, holdout from {holdout}" if holdout else words
