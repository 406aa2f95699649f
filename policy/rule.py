"""What a rule is: a pure function over a resource's inputs, and its public names."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

Inputs = Mapping[str, Any]
"""A resource as the provider sees it: camelCase keys, plain values."""


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One thing that must hold of every resource of some types."""

    name: str
    """Kebab-case; what a violation is reported under."""

    description: str
    """What must hold, and why, in one sentence."""

    standards: tuple[str, ...]
    """Public identifiers of the same demand."""

    types: tuple[str, ...]
    """Resource types the rule speaks about."""

    problems: Callable[[Inputs], Iterable[str]]
    """What is wrong with one resource; nothing if it keeps the rule."""


@dataclass(frozen=True, kw_only=True)
class Resource:
    """One resource of a whole stack."""

    type: str
    name: str
    inputs: Inputs


@dataclass(frozen=True, kw_only=True)
class StackRule:
    """One thing that must hold of all resources of a stack together."""

    name: str
    description: str
    standards: tuple[str, ...]
    problems: Callable[[tuple[Resource, ...]], Iterable[str]]


def section(value: object) -> Mapping[str, Any]:
    """A nested object, or an empty one where it is missing or unknown."""
    return value if isinstance(value, Mapping) else {}


def entries(value: object) -> list[Any]:
    """A nested list, or an empty one where it is missing or unknown."""
    return list(value) if isinstance(value, (list, tuple)) else []
