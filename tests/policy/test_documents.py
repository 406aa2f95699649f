"""What a document allows too much is told, however it is written."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy.catalogue import RULES
from policy.documents import covers

EVERYTHING, PASSING = "nobody-may-do-everything", "roles-are-passed-on-purpose"
DECRYPTION, TRUST = "keys-are-named-where-data-is-opened", "trust-names-one-source"
READERS = "resource-policy-knows-its-readers"
ROOT = {"AWS": "arn:aws:iam::111122223333:root"}
SAGEMAKER = {"Service": "sagemaker.amazonaws.com"}
OURS = {"StringEquals": {"aws:SourceAccount": "111122223333"}}
THROUGH_S3 = {"StringEquals": {"kms:ViaService": "s3.eu-west-1.amazonaws.com"}}


def problems(name: str, key: str = "policy", **statement: Any) -> list[str]:
    """What a rule says of a document with one statement."""
    (rule,) = (each for each in RULES if each.name == name)
    document = {"Statement": [{"Sid": "It", "Effect": "Allow", **statement}]}
    return list(rule.problems({key: json.dumps(document)}))


@pytest.mark.parametrize(
    ("name", "statement", "said"),
    [
        (EVERYTHING, {"Action": "*"}, "It: Action must not be *"),
        (EVERYTHING, {"Action": ["s3:GetObject", "*:*"]}, "It: Action must not be *"),
        (EVERYTHING, {"NotAction": "iam:*"}, "say what is allowed"),
        (EVERYTHING, {"Action": "s3:*", "NotResource": "arn:aws:s3:::audit"}, "say what is"),
        (PASSING, {"Action": "iam:PassRole", "Resource": "*"}, "iam:PassRole needs a path"),
        (PASSING, {"Action": "iam:*", "Resource": "*"}, "iam:PassRole needs a path"),
        (PASSING, {"Action": "IAM:passrole", "Resource": ["*"]}, "iam:PassRole needs a path"),
        (PASSING, {"Action": ["iam:Pass*"], "Resource": "*"}, "iam:PassRole needs a path"),
        (DECRYPTION, {"Action": "kms:Decrypt", "Resource": "*"}, "kms:Decrypt on *"),
        (DECRYPTION, {"Action": ["kms:De*"], "Resource": "*"}, "kms:Decrypt on *"),
        (DECRYPTION, {"Action": "kms:decryp?", "Resource": ["*"]}, "kms:Decrypt on *"),
        (READERS, {"Principal": "*", "Action": "s3:GetObject"}, "Principal must not be *"),
        (READERS, {"Principal": {"AWS": ["*"]}, "Action": "s3:GetObject"}, "must not be *"),
    ],
)
def test_too_much_is_told(name: str, statement: dict[str, Any], said: str) -> None:
    (problem,) = problems(name, **statement)
    assert said in problem


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ({"Principal": "*", "Condition": OURS}, "Principal must not be *"),
        ({"Principal": SAGEMAKER}, "sagemaker.amazonaws.com needs aws:SourceAccount"),
        ({"Principal": ROOT}, "an account must be narrowed by aws:PrincipalArn"),
    ],
)
def test_trust_in_too_many_is_told(statement: dict[str, Any], said: str) -> None:
    (problem,) = problems(TRUST, key="assumeRolePolicy", Action="sts:AssumeRole", **statement)
    assert said in problem


@pytest.mark.parametrize(
    ("name", "statement"),
    [
        (EVERYTHING, {"Action": ["s3:*", "kms:*"]}),
        (EVERYTHING, {"Effect": "Deny", "Action": "*"}),
        (PASSING, {"Action": "iam:PassRole", "Resource": "arn:aws:iam::1:role/jobs/*"}),
        (PASSING, {"Action": "iam:PassRolesOn", "Resource": "*"}),
        (DECRYPTION, {"Action": "kms:Decrypt", "Resource": "*", "Condition": THROUGH_S3}),
        (DECRYPTION, {"Action": "kms:Encrypt", "Resource": "*"}),
        (READERS, {"Principal": ROOT, "Action": "s3:GetObject"}),
    ],
)
def test_what_is_narrow_enough_passes(name: str, statement: dict[str, Any]) -> None:
    assert problems(name, **statement) == []


ACTIONS = st.from_regex(r"[a-z]{2,8}:[A-Z][A-Za-z]{1,12}", fullmatch=True)


@given(ACTIONS, st.data())
def test_an_action_is_covered_by_itself_with_wildcards_in_any_place(
    action: str, data: st.DataObject
) -> None:
    start = data.draw(st.integers(0, len(action)))
    end = data.draw(st.integers(start, len(action)))
    star = action[:start] + "*" + action[end:]
    marks = action[:start] + "?" * (end - start) + action[end:]
    for pattern in (action, action.swapcase(), star, marks):
        assert covers({"Action": [pattern]}, action)
    assert not covers({"Action": [f"{action}More", f"x{action}"]}, action)


@pytest.mark.parametrize("policy", [None, "no json", "[]", '{"Statement": {}}'])
def test_what_is_no_document_allows_nothing(policy: object) -> None:
    for rule in RULES:
        if rule.name in (EVERYTHING, PASSING, DECRYPTION, READERS):
            assert list(rule.problems({"policy": policy})) == []
