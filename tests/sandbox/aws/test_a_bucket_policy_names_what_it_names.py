"""Promise: a bucket policy covers the keys that AWS would let it cover, and no others."""

import json
from typing import Any

import pytest

from sandbox.aws.bucket_policy import Request, refuses

OWNER, READER = "333333333333", "111111111111"


def lets_in(
    *, action: str = "s3:GetObject", resource: str = "*", key: str, **statement: Any
) -> bool:
    """Whether one statement lets another account fetch the key."""
    allow = {"Effect": "Allow", "Principal": "*", "Action": action, "Resource": resource}
    asked = Request(
        action="s3:GetObject",
        resource=f"arn:aws:s3:::shared/{key}",
        account=READER,
        principal_arns=(f"arn:aws:iam::{READER}:role/reader",),
        context={"aws:principalarn": f"arn:aws:iam::{READER}:role/reader"},
    )
    return not refuses(json.dumps({"Statement": [allow | statement]}), OWNER, asked)


@pytest.mark.parametrize(
    ("pattern", "key", "covered"),
    [
        ("public/*", "public/table/part", True),
        ("public/*", "PUBLIC/secret", False),
        ("Public/*", "public/secret", False),
        ("part-?", "part-1", True),
        ("part-?", "part-12", False),
        ("*", "two\nlines", True),
        ("[ab]/*", "a/secret", False),
        ("[ab]/*", "[ab]/part", True),
        ("[!x]", "y", False),
        ("a.b", "aXb", False),
    ],
)
def test_a_resource_is_its_letters_and_two_wildcards(
    pattern: str, key: str, covered: bool
) -> None:
    assert lets_in(resource=f"arn:aws:s3:::shared/{pattern}", key=key) is covered


def test_what_is_not_to_be_covered_is_told_by_its_letters_too() -> None:
    allowed = {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}
    secret = {"Effect": "Deny", "Principal": "*", "Action": "*"}
    secret["NotResource"] = "arn:aws:s3:::shared/public/*"
    policy = json.dumps({"Statement": [allowed, secret]})

    def refused(key: str) -> bool:
        asked = Request(
            action="s3:GetObject",
            resource=f"arn:aws:s3:::shared/{key}",
            account=READER,
            principal_arns=(),
        )
        return refuses(policy, OWNER, asked)

    assert not refused("public/part")
    assert refused("PUBLIC/part")


@pytest.mark.parametrize("action", ["s3:getobject", "S3:Get*", "s3:GetObjec?"])
def test_an_action_may_be_written_in_any_case(action: str) -> None:
    assert lets_in(action=action, key="part")


@pytest.mark.parametrize("operator", ["StringLike", "ArnLike", "ArnEquals"])
def test_brackets_in_a_condition_are_brackets(operator: str) -> None:
    arn = f"arn:aws:iam::{READER}:role/"
    for wanted, holds in (("read??", True), ("Read*", False), ("[r]eader", False)):
        condition = {operator: {"aws:PrincipalArn": arn + wanted}}
        assert lets_in(key="part", Condition=condition) is holds
