"""A value that is not known before the update is held against nobody, wherever it stands."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import pytest

from policy.catalogue import RULES, STACK_RULES
from policy.pack import plain
from policy.rule import Resource, Rule, StackRule
from policy.rules import absence
from policy.unknown import UNKNOWN, Notes
from tests.policy.inventory import inventory
from tests.policy.paths import at, paths


@pytest.mark.parametrize(
    "rule", [rule for rule in RULES if rule not in absence.RULES], ids=lambda rule: rule.name
)
def test_no_rule_about_a_resource_speaks_of_it(rule: Rule) -> None:
    for each in inventory("prod"):
        if each.type in rule.types:
            for path, inputs in _clouded(each.inputs):
                assert told(rule, inputs) == [], path


@pytest.mark.parametrize("rule", STACK_RULES, ids=lambda rule: rule.name)
def test_no_rule_about_a_stack_speaks_of_it(rule: StackRule) -> None:
    resources = inventory("prod")
    for place, each in enumerate(resources):
        for path, inputs in _clouded(each.inputs, deepest=3):
            notes = Notes()
            clouded = Resource(type=each.type, name=each.name, inputs=plain(inputs, notes))
            stack = (*resources[:place], clouded, *resources[place + 1 :])
            assert list(notes.unless_unknown(rule.problems(stack))) == [], (each.name, path)


def test_what_is_known_is_judged_all_the_same() -> None:
    (rule,) = (each for each in RULES if each.name == "cluster-api-is-private")
    network = {"endpointPublicAccess": True, "endpointPrivateAccess": UNKNOWN}
    assert told(rule, {"vpcConfig": network, "roleArn": UNKNOWN}) == [
        "vpcConfig.endpointPublicAccess must be false"
    ]


def test_a_key_that_is_not_known_yet_is_a_key() -> None:
    (rule,) = (each for each in RULES if each.name == "logs-are-kept-and-encrypted")
    assert told(rule, {"kmsKeyId": UNKNOWN, "retentionInDays": 7}) == [
        "retentionInDays must be at least 30"
    ]


def told(rule: Rule, inputs: Any) -> list[str]:
    """What the pack reports of a resource."""
    notes = Notes()
    return list(notes.unless_unknown(rule.problems(plain(inputs, notes))))


def _clouded(inputs: Any, deepest: int = 99) -> Iterator[tuple[Any, Any]]:
    """The inputs with one of their values unknown, for each of them."""
    for path in paths(inputs):
        if len(path) <= deepest:
            clouded = copy.deepcopy(inputs)
            at(clouded, path[:-1])[path[-1]] = UNKNOWN
            yield path, clouded
