"""How any stack file becomes values: frozen sections, every mistake reported at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Annotated, Any, TypeVar, get_args

import pulumi
from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError
from pydantic.fields import FieldInfo

Problem = tuple[str, str]
"""Dotted path below the section, and what is wrong there with what is allowed."""


class Section(BaseModel):
    """A group of settings. Immutable, and unknown keys are mistakes."""

    model_config = ConfigDict(frozen=True, extra="forbid")


S = TypeVar("S", bound=Section)
Rule = Callable[[S], Iterator[Problem]]


def parse(
    model: type[S],
    raw: Mapping[str, Any],
    *,
    key: str,
    source: str,
    rules: tuple[Rule[S], ...] = (),
) -> S:
    """Validate `raw` against the fields and the cross-field rules, or report all mistakes."""
    parsed: S | None = None
    problems: list[Problem] = []
    try:
        parsed = model.model_validate(raw)
    except ValidationError as error:
        problems = [_explain(model, item) for item in error.errors()]
    problems += _broken_rules(rules, parsed or _salvage(model, raw))
    if parsed is None or problems:
        lines = "\n".join(f"  {'.'.join(filter(None, (key, p)))}: {why}" for p, why in problems)
        raise pulumi.RunError(f"{source} is not valid:\n{lines}")
    return parsed


def _broken_rules(rules: tuple[Rule[S], ...], values: S) -> list[Problem]:
    problems: list[Problem] = []
    for rule in rules:
        try:
            problems += rule(values)
        except AttributeError:
            # A field this rule needs is itself wrong and already reported.
            continue
    return problems


def _salvage(model: type[S], raw: object) -> S:
    """Whatever fields are right on their own, so that the rules about them still speak."""
    given = raw if isinstance(raw, Mapping) else {}
    right: dict[str, Any] = {}
    for name, info in model.model_fields.items():
        if name not in given:
            continue
        nested = _nested_section(info)
        try:
            right[name] = TypeAdapter(_annotation(info)).validate_python(given[name])
        except ValidationError:
            if nested is not None and isinstance(given[name], Mapping):
                right[name] = _salvage(nested, given[name])
    salvaged = model.model_construct(**right)
    for name in set(given) - set(right):
        # model_construct fills defaults; a wrong value must read as missing instead.
        salvaged.__dict__.pop(name, None)
    return salvaged


def _annotation(info: FieldInfo) -> Any:
    annotation: Any = info.annotation
    for constraint in info.metadata:
        annotation = Annotated[annotation, constraint]
    return annotation


def _explain(model: type[Section], item: Mapping[str, Any]) -> Problem:
    """One pydantic error in the words of the person editing the stack file."""
    path = ".".join(str(part) for part in item["loc"])
    if item["type"] == "extra_forbidden":
        allowed = ", ".join(sorted(_section_at(model, item["loc"][:-1]).model_fields))
        return path, f"unknown key; allowed: {allowed}"
    if item["type"] == "missing":
        return path, "is required"
    message = str(item["msg"]).removeprefix("Value error, ")
    return path, f"{message} (got {item['input']!r})"


def _section_at(model: type[Section], path: tuple[str | int, ...]) -> type[Section]:
    """The section that a path of keys leads to."""
    section = model
    for part in path:
        info = section.model_fields.get(str(part))
        section = (info and _nested_section(info)) or section
    return section


def _nested_section(info: FieldInfo) -> type[Section] | None:
    """The section a field holds, alone, as an option, or as the value of a mapping."""
    for candidate in (info.annotation, *get_args(info.annotation)):
        if isinstance(candidate, type) and issubclass(candidate, Section):
            return candidate
    return None
