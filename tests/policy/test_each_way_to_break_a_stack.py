"""What resources must be for each other is told where one of a real stack is changed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from policy.catalogue import STACK_RULES
from policy.rule import Inputs, Resource
from policy.rules.storage import ENCRYPTION
from tests.policy.inventory import inventory

BUDGET = "kubernetes:policy/v1:PodDisruptionBudget"
LOGGING = "aws:s3/bucketLogging:BucketLogging"
QUEUE = "aws:sqs/queue:Queue"
UNDER_KEY_OF_S3 = [{"applyServerSideEncryptionByDefault": {"sseAlgorithm": "AES256"}}]
Change = Callable[[Resource], Inputs | None]


def problems(name: str, change: Change) -> list[str]:
    """What a rule says of prod where each resource is changed so; None takes it away."""
    (rule,) = (each for each in STACK_RULES if each.name == name)
    changed = ((each, change(each)) for each in inventory("prod"))
    return list(
        rule.problems(
            tuple(
                Resource(type=each.type, name=each.name, inputs=inputs)
                for each, inputs in changed
                if inputs is not None
            )
        )
    )


def without(type_: str) -> Change:
    return lambda each: None if each.type == type_ else each.inputs


def having(type_: str, **settings: Any) -> Change:
    return lambda each: {**each.inputs, **settings} if each.type == type_ else each.inputs


def under_budget(**settings: Any) -> Change:
    """Every budget changed: None takes a setting away."""

    def change(each: Resource) -> Inputs:
        if each.type != BUDGET:
            return each.inputs
        spec = {**each.inputs["spec"], **settings}
        return {**each.inputs, "spec": {k: v for k, v in spec.items() if v is not None}}

    return change


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (under_budget(minAvailable=99.0), "minAvailable 99 must be below minReplicas"),
        (under_budget(minAvailable="100%"), "must let one pod go"),
        (under_budget(minAvailable=None, maxUnavailable=0.0), "must let one pod go"),
        (under_budget(minAvailable=None, maxUnavailable="0%"), "must let one pod go"),
        (without(BUDGET), "scales but has no PodDisruptionBudget"),
    ],
)
def test_a_node_can_be_drained(change: Change, said: str) -> None:
    found = problems("no-budget-that-blocks-drains", change)
    assert found
    assert all(said in problem for problem in found)


def test_a_budget_of_as_many_as_the_fewest_pods_lets_none_go() -> None:
    assert problems("no-budget-that-blocks-drains", under_budget(minAvailable=2.0))[-1] == (
        "flight-delay: minAvailable 2 must be below minReplicas 2"
    )


@pytest.mark.parametrize(
    "change",
    [
        under_budget(minAvailable=None, maxUnavailable=1.0),
        under_budget(minAvailable="50%"),
    ],
)
def test_a_budget_that_lets_a_pod_go_passes(change: Change) -> None:
    assert problems("no-budget-that-blocks-drains", change) == []


def test_a_second_bucket_under_s3s_own_key_is_one_too_many() -> None:
    def change(each: Resource) -> Inputs:
        second = each.type == ENCRYPTION and each.name.startswith("lakehouse")
        return {**each.inputs, "rules": UNDER_KEY_OF_S3} if second else each.inputs

    (problem,) = problems("no-key-but-ours", change)
    assert problem.endswith("not all of access-log-encryption, lakehouse-encryption")


def test_under_s3s_own_key_lies_no_other_bucket_than_that_of_access_logs() -> None:
    (problem,) = problems("no-key-but-ours", having(LOGGING, targetBucket="elsewhere"))
    assert problem.startswith("access-log-encryption: no access logs go to this bucket")


@pytest.mark.parametrize(
    ("name", "type_", "said"),
    [
        ("no-bucket-without-its-guards", ENCRYPTION, "5 buckets need 5 of"),
        ("no-network-without-its-record", "aws:ec2/flowLog:FlowLog", "every Vpc needs one"),
        ("no-queue-without-its-other-half", "aws:sqs/queuePolicy:QueuePolicy", "who sends"),
    ],
)
def test_the_other_half_is_there(name: str, type_: str, said: str) -> None:
    (problem,) = problems(name, without(type_))
    assert said in problem


def test_some_queue_takes_what_cannot_be_delivered() -> None:
    def change(each: Resource) -> Inputs:
        kept = {key: value for key, value in each.inputs.items() if key != "redrivePolicy"}
        return kept if each.type == QUEUE else each.inputs

    (problem,) = problems("no-queue-without-its-other-half", change)
    assert "dead-letter queue" in problem
