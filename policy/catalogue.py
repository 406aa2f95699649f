"""Every rule of the pack, in one list for the pack, the tests and the documentation."""

from __future__ import annotations

from policy.rule import Rule, StackRule
from policy.rules import absence, cluster, identity, messaging, network, pairs, pods, storage

RULES: tuple[Rule, ...] = (
    *storage.RULES,
    *identity.RULES,
    *network.RULES,
    *cluster.RULES,
    *messaging.RULES,
    *pods.RULES,
    *absence.RULES,
)
STACK_RULES: tuple[StackRule, ...] = pairs.STACK_RULES
