"""Hands the rules to the engine, which asks them about every resource of a preview or update."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pulumi_policy import (
    EnforcementLevel,
    PolicyPack,
    ReportViolation,
    ResourceValidationArgs,
    ResourceValidationPolicy,
    StackValidationArgs,
    StackValidationPolicy,
)
from pulumi_policy.proxy import UnknownValueError

from policy.catalogue import RULES, STACK_RULES
from policy.rule import Resource, Rule, StackRule
from policy.unknown import UNKNOWN, Notes, Watched

NAME = "modelyard-guardrails"


def publish() -> None:
    """Serve the pack to the engine that started this process; does not return."""
    PolicyPack(
        name=NAME,
        enforcement_level=EnforcementLevel.MANDATORY,
        policies=[*map(resource_policy, RULES), *map(stack_policy, STACK_RULES)],
    )


def resource_policy(rule: Rule) -> ResourceValidationPolicy:
    """A rule as the engine calls it for one resource."""

    def validate(args: ResourceValidationArgs, report: ReportViolation) -> None:
        if args.resource_type in rule.types:
            notes = Notes()
            for problem in notes.unless_unknown(rule.problems(plain(args.props, notes))):
                report(f"{args.name}: {problem}", args.urn)

    return ResourceValidationPolicy(name=rule.name, description=_explain(rule), validate=validate)


def stack_policy(rule: StackRule) -> StackValidationPolicy:
    """A rule as the engine calls it for all resources together."""

    def validate(args: StackValidationArgs, report: ReportViolation) -> None:
        notes = Notes()
        inventory = tuple(
            Resource(type=each.resource_type, name=each.name, inputs=plain(each.props, notes))
            for each in args.resources
        )
        for problem in notes.unless_unknown(rule.problems(inventory)):
            report(problem, None)

    return StackValidationPolicy(name=rule.name, description=_explain(rule), validate=validate)


def plain(value: Any, notes: Notes) -> Any:
    """Inputs as plain values, with `UNKNOWN` for what no preview can know.

    The engine's own wrapper raises at the first unknown value, which would end a rule early.
    """
    if isinstance(value, Mapping):
        return Watched({key: _known(value, key, notes) for key in value}, notes)
    if isinstance(value, Sequence) and not isinstance(value, str):
        listed = [_known(value, index, notes) for index in range(len(value))]
        return UNKNOWN if UNKNOWN in listed else listed
    return value


def _known(holder: Any, key: Any, notes: Notes) -> Any:
    try:
        return plain(holder[key], notes)
    except UnknownValueError:
        return UNKNOWN


def _explain(rule: Rule | StackRule) -> str:
    return f"{rule.description} ({', '.join(rule.standards)})"
