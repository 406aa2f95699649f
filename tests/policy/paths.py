"""Every place inside a resource's inputs, for tests that change one thing at a time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

Path = tuple[Any, ...]
"""Keys and indices, from the outside in."""


def paths(node: Any, before: Path = ()) -> Iterator[Path]:
    """The way to everything that is inside."""
    if isinstance(node, (dict, list)):
        for key, value in node.items() if isinstance(node, dict) else enumerate(node):
            yield (*before, key)
            yield from paths(value, (*before, key))


def at(node: Any, path: Path) -> Any:
    """What is there."""
    for part in path:
        node = node[part]
    return node
