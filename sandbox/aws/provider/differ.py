"""Finds what changed between two sets of inputs, path by path, and whether that replaces."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sandbox.aws.provider.naming import DEFAULTS

Kind = str
"""One of add, update, delete."""


@dataclass(frozen=True, kw_only=True)
class Difference:
    """What an update would change."""

    paths: dict[str, Kind]
    """Path such as `rules[0].status` → what happens there."""
    replaces: frozenset[str]
    """Paths that cannot be changed in place."""


def same(old: Any, new: Any) -> bool:
    """Say whether two values mean the same; documents in JSON are compared by content."""
    if old == new:
        return isinstance(old, bool) == isinstance(new, bool)
    if isinstance(old, str) and isinstance(new, str) and old[:1] in "{[" and new[:1] in "{[":
        try:
            return bool(json.loads(old) == json.loads(new))
        except ValueError:
            return False
    return False


def changes(old: Any, new: Any, path: str = "") -> Iterator[tuple[str, Kind]]:
    """Yield each changed path."""
    if isinstance(old, dict) and isinstance(new, dict):
        for key in sorted(old.keys() | new.keys()):
            if not path and key == DEFAULTS:
                continue
            inner = f"{path}.{key}" if path else key
            if key not in new:
                yield inner, "delete"
            elif key not in old:
                yield inner, "add"
            else:
                yield from changes(old[key], new[key], inner)
    elif isinstance(old, list) and isinstance(new, list):
        for index in range(max(len(old), len(new))):
            inner = f"{path}[{index}]"
            if index >= len(new):
                yield inner, "delete"
            elif index >= len(old):
                yield inner, "add"
            else:
                yield from changes(old[index], new[index], inner)
    elif not same(old, new):
        yield path, "update"


def difference(
    old: dict[str, Any], new: dict[str, Any], *, ignored: frozenset[str], fixed: frozenset[str]
) -> Difference:
    """Compare two sets of inputs; `fixed` are the keys that cannot change in place."""
    found = {
        path: kind
        for path, kind in changes(old, new)
        if not any(path == each or path.startswith((f"{each}.", f"{each}[")) for each in ignored)
    }
    replacing = frozenset(path for path in found if _words(path) & fixed)
    return Difference(paths=found, replaces=replacing)


def _words(path: str) -> frozenset[str]:
    steps = re.sub(r"\[\d+\]", "", path).split(".")
    return frozenset({steps[0], ".".join(steps[:2])})
