"""Answers the program's look-ups that need no cloud, and refuses the others with advice."""

import json
from collections.abc import Callable
from typing import Any

from sandbox.aws.provider.configuration import Configuration
from sandbox.aws.provider.wire import Properties


class RefusedLookupError(LookupError):
    """A look-up the sandbox has no answer to."""


def _zones(where: Configuration, arguments: Properties) -> Properties:
    region = str(arguments.get("region") or where.region)
    names = [f"{region}{letter}" for letter in "abc"]
    return {
        "id": region,
        "region": region,
        "names": names,
        "zoneIds": [f"{region.replace('-', '')}-az{number}" for number in (1, 2, 3)],
        "groupNames": [region],
    }


def _partition(where: Configuration, arguments: Properties) -> Properties:
    return {
        "id": "aws",
        "partition": "aws",
        "dnsSuffix": "amazonaws.com",
        "reverseDnsPrefix": "com.amazonaws",
    }


def _region(where: Configuration, arguments: Properties) -> Properties:
    region = str(arguments.get("region") or where.region)
    return {
        "id": region,
        "name": region,
        "region": region,
        "description": region,
        "endpoint": f"ec2.{region}.amazonaws.com",
    }


def _caller(where: Configuration, arguments: Properties) -> Properties:
    account = where.identity.account
    return {
        "id": account,
        "accountId": account,
        "arn": where.identity.arn,
        "userId": where.identity.access_key_id,
    }


def _one_or_list(values: list[Any]) -> Any:
    return values[0] if len(values) == 1 else values


def _principals(entries: list[Properties]) -> Any:
    if any(each["type"] == "*" for each in entries):
        return "*"
    found: dict[str, list[str]] = {}
    for each in entries:
        found.setdefault(each["type"], []).extend(each["identifiers"])
    return {kind: _one_or_list(names) for kind, names in found.items()}


def _statement(entry: Properties) -> dict[str, Any]:
    statement: dict[str, Any] = {}
    if entry.get("sid"):
        statement["Sid"] = entry["sid"]
    statement["Effect"] = entry.get("effect") or "Allow"
    for key, name in (
        ("actions", "Action"),
        ("notActions", "NotAction"),
        ("resources", "Resource"),
        ("notResources", "NotResource"),
    ):
        if entry.get(key):
            statement[name] = _one_or_list(entry[key])
    for key, name in (("principals", "Principal"), ("notPrincipals", "NotPrincipal")):
        if entry.get(key):
            statement[name] = _principals(entry[key])
    for each in entry.get("conditions", []):
        block = statement.setdefault("Condition", {}).setdefault(each["test"], {})
        block.setdefault(each["variable"], []).extend(each["values"])
    for block in statement.get("Condition", {}).values():
        for variable, values in block.items():
            block[variable] = _one_or_list(values)
    return statement


def _policy_document(where: Configuration, arguments: Properties) -> Properties:
    documents = [
        *arguments.get("sourcePolicyDocuments", []),
        *arguments.get("overridePolicyDocuments", []),
    ]
    statements = [each for text in documents for each in json.loads(text).get("Statement", [])]
    statements += [_statement(each) for each in arguments.get("statements", [])]
    document: dict[str, Any] = {"Version": arguments.get("version") or "2012-10-17"}
    if arguments.get("policyId"):
        document["Id"] = arguments["policyId"]
    document["Statement"] = statements
    return {
        "id": str(abs(hash(json.dumps(document))) % 10**10),
        "json": json.dumps(document, indent=2),
        "minifiedJson": json.dumps(document, separators=(",", ":")),
    }


_ANSWERS: dict[str, Callable[[Configuration, Properties], Properties]] = {
    "aws:index/getAvailabilityZones:getAvailabilityZones": _zones,
    "aws:index/getPartition:getPartition": _partition,
    "aws:index/getRegion:getRegion": _region,
    "aws:index/getCallerIdentity:getCallerIdentity": _caller,
    "aws:iam/getPolicyDocument:getPolicyDocument": _policy_document,
}


def answer(token: str, where: Configuration | None, arguments: Properties) -> Properties:
    """Answer a look-up."""
    find = _ANSWERS.get(token)
    if find is None:
        known = ", ".join(sorted(each.rpartition(":")[2] for each in _ANSWERS))
        raise RefusedLookupError(
            f"The sandbox has no answer to {token}; it knows {known}. "
            "Pass the value in as a setting instead of looking it up."
        )
    if where is None:
        raise RefusedLookupError(
            f"{token} depends on the account, and this provider is not configured. "
            "Give the look-up a provider with allowed_account_ids, or take the account "
            "from the stack's settings."
        )
    return find(where, arguments)
