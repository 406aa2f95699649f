"""The tracked stacks keep every rule, and every rule has something to say about them."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest

from policy.catalogue import RULES, STACK_RULES
from policy.rule import Rule, StackRule
from policy.rules import absence
from tests.infra.stacks import ENVIRONMENTS
from tests.policy.inventory import inventory
from tests.policy.paths import at, paths

#: Rules about types that must not occur have nothing to match in a stack that keeps them.
present = [rule for rule in RULES if rule not in absence.RULES]


@pytest.mark.slow
@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_the_tracked_stacks_keep_every_rule(environment: str) -> None:
    broken = [
        f"{rule.name}: {resource.name}: {problem}"
        for resource in inventory(environment)
        for rule in RULES
        if resource.type in rule.types
        for problem in rule.problems(resource.inputs)
    ]
    broken += [
        f"{rule.name}: {problem}"
        for rule in STACK_RULES
        for problem in rule.problems(inventory(environment))
    ]
    assert broken == []


@pytest.mark.parametrize("rule", present, ids=lambda rule: rule.name)
def test_no_rule_is_vacuous(rule: Rule) -> None:
    """Some change of a real resource (a key gone, a value turned) must make the rule speak."""
    matched = [each for each in inventory("prod") if each.type in rule.types]
    assert matched, f"nothing in the stacks is of {rule.types}"
    assert any(list(rule.problems(spoilt)) for each in matched for spoilt in _spoilt(each.inputs))


@pytest.mark.parametrize("rule", STACK_RULES, ids=lambda rule: rule.name)
def test_no_stack_rule_is_vacuous(rule: StackRule) -> None:
    """Without some resource, or with another budget, the rule must speak."""
    resources = inventory("prod")
    types = {each.type for each in resources}
    without = (tuple(r for r in resources if r.type != type_) for type_ in sorted(types))
    assert any(list(rule.problems(fewer)) for fewer in without)


def test_names_are_unique_and_every_rule_cites_a_public_standard() -> None:
    rules: list[Rule | StackRule] = [*RULES, *STACK_RULES]
    assert len({rule.name for rule in rules}) == len(rules)
    assert all(rule.standards and rule.description for rule in rules)


def _spoilt(inputs: Any) -> Iterator[Any]:
    """The inputs with one key gone, one truth turned, or one document opened to the world."""
    for path in (each for each in paths(inputs) if isinstance(each[-1], str)):
        without = copy.deepcopy(inputs)
        holder = at(without, path[:-1])
        value = holder.pop(path[-1])
        yield without
        turned = copy.deepcopy(inputs)
        if isinstance(value, bool):
            at(turned, path[:-1])[path[-1]] = not value
            yield turned
        if path in (("policy",), ("assumeRolePolicy",)) and isinstance(value, str):
            yield from ({**inputs, path[0]: text} for text in _opened(value))
        if isinstance(value, str) and path[-1].startswith("cidr"):
            yield {**inputs, path[-1]: "0.0.0.0/0"}
    yield {**inputs, "ingress": [{}], "lifecycleRules": [{}]}


def _opened(document: str) -> Iterator[str]:
    """A document made to allow any action, on anything, to anybody, unconditionally."""
    found = json.loads(document)
    openings: tuple[dict[str, Any], ...] = (
        {"Action": ["*"]},
        {"Resource": ["*"], "Condition": {}},
        {"Principal": "*", "Condition": {}},
        {"Condition": {}},
    )
    for opening in openings:
        statements = [{**statement, **opening} for statement in found["Statement"]]
        yield json.dumps({**found, "Statement": statements})
