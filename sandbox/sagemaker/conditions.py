"""Decides condition steps."""

import operator
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sandbox.sagemaker.definition import DefinitionError, Scope

_COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "Equals": operator.eq,
    "GreaterThan": operator.gt,
    "GreaterThanOrEqualTo": operator.ge,
    "LessThan": operator.lt,
    "LessThanOrEqualTo": operator.le,
}


def all_hold(conditions: Sequence[Mapping[str, Any]], scope: Scope) -> bool:
    """Say whether every condition of a step holds."""
    return all(_holds(each, scope) for each in conditions)


def _holds(condition: Mapping[str, Any], scope: Scope) -> bool:
    kind = condition["Type"]
    if kind in _COMPARISONS:
        left = scope.resolve(condition["LeftValue"])
        right = scope.resolve(condition["RightValue"])
        return _COMPARISONS[kind](left, right)
    if kind == "In":
        wanted = [scope.resolve(each) for each in condition["Values"]]
        return scope.resolve(condition["QueryValue"]) in wanted
    if kind == "Not":
        return not _holds(condition["Expression"], scope)
    if kind in ("Or", "And"):
        answers = [_holds(each, scope) for each in condition["Conditions"]]
        return any(answers) if kind == "Or" else all(answers)
    raise DefinitionError(f"The sandbox knows no condition of type {kind}.")
