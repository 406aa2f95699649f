"""Walks IAM documents, wherever a resource carries one."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any

from policy.rule import Inputs

#: Types that carry a document, and the keys it is found under.
CARRIERS: dict[str, str] = {
    "aws:ecr/repositoryPolicy:RepositoryPolicy": "policy",
    "aws:iam/policy:Policy": "policy",
    "aws:iam/role:Role": "assumeRolePolicy",
    "aws:iam/rolePolicy:RolePolicy": "policy",
    "aws:kms/key:Key": "policy",
    "aws:s3/bucketPolicy:BucketPolicy": "policy",
    "aws:secretsmanager/secretPolicy:SecretPolicy": "policy",
    "aws:sns/topicPolicy:TopicPolicy": "policy",
    "aws:sqs/queuePolicy:QueuePolicy": "policy",
}
IDENTITY = ("aws:iam/policy:Policy", "aws:iam/rolePolicy:RolePolicy")
RESOURCE = tuple(
    type_ for type_ in CARRIERS if type_ not in IDENTITY and not type_.startswith("aws:iam/")
)


def statements(inputs: Inputs, *keys: str) -> Iterator[Mapping[str, Any]]:
    """Every statement of the documents under `keys`; an unknown document has none yet."""
    for key in keys:
        raw = inputs.get(key)
        if not isinstance(raw, str):
            continue
        try:
            found = json.loads(raw)
        except ValueError:
            continue
        listed = found.get("Statement", []) if isinstance(found, Mapping) else []
        yield from listed if isinstance(listed, list) else [listed]


def many(value: object) -> list[str]:
    """A statement's element as a list; IAM lets a single one stand alone."""
    if value is None:
        return []
    return [str(each) for each in value] if isinstance(value, list) else [str(value)]


def covers(statement: Mapping[str, Any], action: str) -> bool:
    """Whether its actions include this one; IAM reads wildcards, and no difference of case."""
    patterns = many(statement.get("Action"))
    return any(fnmatchcase(action.lower(), pattern.lower()) for pattern in patterns)


def principals(statement: Mapping[str, Any]) -> list[str]:
    """Everybody a statement is about; `*` for the whole world."""
    principal = statement.get("Principal")
    if isinstance(principal, Mapping):
        return [name for names in principal.values() for name in many(names)]
    return many(principal)


def label(statement: Mapping[str, Any]) -> str:
    """How a violation names the statement."""
    return str(statement.get("Sid") or "a statement without Sid")
