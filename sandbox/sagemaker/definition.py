"""Reads a pipeline's definition: parameters, steps, and the expressions between them."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


class DefinitionError(ValueError):
    """The definition, or what was passed to it, cannot be run."""


@dataclass(frozen=True, kw_only=True)
class Step:
    """One step as it is written."""

    name: str
    type: str
    arguments: Mapping[str, Any]
    after: frozenset[str]
    """Steps it names in DependsOn or reads from."""
    display_name: str = ""
    description: str = ""


@dataclass(frozen=True, kw_only=True)
class Definition:
    """A pipeline: what can be passed in, and what is done."""

    parameters: Mapping[str, Any]
    """Name → default; None where a value must be passed."""
    types: Mapping[str, str]
    steps: Sequence[Step]


@dataclass
class Scope:
    """What expressions can refer to while a pipeline runs."""

    parameters: Mapping[str, Any]
    execution: Mapping[str, str]
    """Execution variables such as PipelineExecutionId."""
    steps: dict[str, Any] = field(default_factory=dict)
    """Step → what its properties can be read from."""

    def resolve(self, value: Any) -> Any:
        """Return the value with every expression in it replaced."""
        if isinstance(value, list):
            return [self.resolve(each) for each in value]
        if not isinstance(value, dict):
            return value
        if set(value) == {"Get"}:
            return self._get(str(value["Get"]))
        if set(value) == {"Std:Join"}:
            joined = value["Std:Join"]
            parts = (str(self.resolve(each)) for each in joined["Values"])
            return str(joined.get("On", "")).join(parts)
        unsupported = next((key for key in value if key.startswith("Std:")), None)
        if unsupported:
            raise DefinitionError(f"The sandbox cannot evaluate {unsupported}.")
        return {key: self.resolve(each) for key, each in value.items()}

    def _get(self, path: str) -> Any:
        root, _, rest = path.partition(".")
        if root == "Parameters" and rest in self.parameters:
            return self.parameters[rest]
        if root == "Execution" and rest in self.execution:
            return self.execution[rest]
        if root == "Steps":
            return self._of_step(rest)
        raise DefinitionError(f"Nothing to get at {path!r}.")

    def _of_step(self, path: str) -> Any:
        words = [word for word in re.split(r"[.\[\]'\"]+", path) if word]
        found: Any = self.steps
        for word in words:
            if isinstance(found, list) and word.isdigit() and int(word) < len(found):
                found = found[int(word)]
            elif isinstance(found, dict) and word in found:
                found = found[word]
            else:
                raise DefinitionError(f"Nothing to get at 'Steps.{path}'.")
        return found


def parse(text: str) -> Definition:
    """Read a definition in JSON."""
    try:
        content = json.loads(text)
    except ValueError as error:
        raise DefinitionError(f"The pipeline definition is not JSON: {error}") from error
    declared = content.get("Parameters") or []
    steps = tuple(map(parse_step, content.get("Steps") or []))
    names = [step.name for step in every_step(steps)]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise DefinitionError(f"Steps named twice: {', '.join(twice)}.")
    for step in every_step(steps):
        unknown = sorted(step.after - set(names))
        if unknown:
            raise DefinitionError(f"Step {step.name} depends on unknown {', '.join(unknown)}.")
    return Definition(
        parameters={each["Name"]: each.get("DefaultValue") for each in declared},
        types={each["Name"]: each.get("Type", "String") for each in declared},
        steps=steps,
    )


def parse_step(content: Mapping[str, Any]) -> Step:
    """Read one step."""
    arguments = content.get("Arguments") or {}
    plain = {key: each for key, each in arguments.items() if key not in ("IfSteps", "ElseSteps")}
    return Step(
        name=content["Name"],
        type=content["Type"],
        arguments=arguments,
        after=frozenset([*(content.get("DependsOn") or []), *_read_from(plain)]),
        display_name=content.get("DisplayName") or "",
        description=content.get("Description") or "",
    )


def branches(step: Step) -> tuple[tuple[Step, ...], tuple[Step, ...]]:
    """Return the steps of a condition's two sides."""
    yes = tuple(map(parse_step, step.arguments.get("IfSteps") or []))
    no = tuple(map(parse_step, step.arguments.get("ElseSteps") or []))
    return yes, no


def every_step(steps: Sequence[Step]) -> Iterator[Step]:
    """Yield the steps and those inside conditions."""
    for step in steps:
        yield step
        for side in branches(step):
            yield from every_step(side)


def _read_from(value: Any) -> Iterator[str]:
    if isinstance(value, list):
        for each in value:
            yield from _read_from(each)
    elif isinstance(value, dict):
        path = value.get("Get")
        if isinstance(path, str) and path.startswith("Steps."):
            yield path.split(".")[1].partition("[")[0]
        for each in value.values():
            yield from _read_from(each)


def bind(definition: Definition, passed: Mapping[str, str]) -> dict[str, Any]:
    """Return a value for every parameter: what was passed, else its default."""
    unknown = sorted(set(passed) - set(definition.parameters))
    if unknown:
        known = ", ".join(sorted(definition.parameters)) or "none"
        raise DefinitionError(
            f"Unknown pipeline parameters [{', '.join(unknown)}]. The pipeline has: {known}."
        )
    bound: dict[str, Any] = {}
    for name, default in definition.parameters.items():
        value = passed.get(name, default)
        if value is None:
            raise DefinitionError(f"Pipeline parameter [{name}] has no value and no default.")
        kind = definition.types[name]
        try:
            if kind == "Integer":
                value = int(value)
            elif kind == "Float":
                value = float(value)
        except (TypeError, ValueError) as error:
            message = f"Pipeline parameter [{name}] must be of type {kind}, is {value!r}."
            raise DefinitionError(message) from error
        bound[name] = value
    return bound
