"""Reading a model's YAML so that every mistake is told at once, with file, path and way out."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ValidationError


class SpecError(Exception):
    """A model folder that cannot be used; the text lists every mistake found in it."""

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = tuple(problems)
        count = "1 mistake" if len(problems) == 1 else f"{len(problems)} mistakes"
        super().__init__("\n".join([f"{count}:", *(f"  {problem}" for problem in problems)]))


class _StrictLoader(yaml.SafeLoader):
    """Refuses a key given twice: YAML would silently keep the last."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[Any] = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if key in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"key {key!r} is given twice", key_node.start_mark
                )
            seen.add(key)
        return super().construct_mapping(node, deep=deep)


def read_mapping(path: Path, shown: str) -> dict[str, Any]:
    """The mapping in a YAML file; raises SpecError with the line when there is none."""
    try:
        content = yaml.load(path.read_text(encoding="utf-8"), _StrictLoader)
    except FileNotFoundError:
        raise SpecError([f"{shown}: file is missing"]) from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise SpecError([f"{shown}: not readable as YAML: {_flat(error)}"]) from None
    if not isinstance(content, dict):
        raise SpecError([f"{shown}: expected a mapping of sections, found {_kind(content)}"])
    return {str(key): value for key, value in content.items()}


def explain(shown: str, section: str, model: type[BaseModel], error: ValidationError) -> list[str]:
    """One line per mistake: file, dotted path, what is wrong, what is allowed."""
    lines = []
    for mistake in error.errors(include_url=False):
        path = ".".join([section, *(str(part) for part in mistake["loc"])])
        lines.append(f"{shown}: {path}: {_wording(mistake, model)}")
    return lines


def _wording(mistake: Mapping[str, Any], model: type[BaseModel]) -> str:
    kind, given = mistake["type"], mistake.get("input")
    if kind == "missing":
        return "is missing"
    if kind == "extra_forbidden":
        allowed = _fields_at(model, mistake["loc"][:-1])
        return "unknown key" + (f"; allowed: {', '.join(allowed)}" if allowed else "")
    if kind == "literal_error":
        return f"{given!r} is not allowed; allowed: {mistake['ctx']['expected']}"
    if kind == "string_pattern_mismatch":
        return f"{given!r} must match {mistake['ctx']['pattern']}"
    if kind == "string_too_short":
        return "must not be empty"
    text = str(mistake["msg"])
    return f"{text[0].lower()}{text[1:]}, found {given!r}"


def _fields_at(model: type[BaseModel], location: Sequence[Any]) -> list[str]:
    """Field names of the (nested) section at a location; none where it cannot be told."""
    current: Any = model
    for part in location:
        fields = getattr(current, "model_fields", None)
        if fields is not None:
            if part not in fields:
                return []
            current = _section_in(fields[part].annotation) or current
    return sorted(getattr(current, "model_fields", {}))


def _section_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for inner in getattr(annotation, "__args__", ()):
        if (found := _section_in(inner)) is not None:
            return found
    return None


def _kind(value: object) -> str:
    return "nothing" if value is None else type(value).__name__


def _flat(error: Exception) -> str:
    return " ".join(str(error).split())
