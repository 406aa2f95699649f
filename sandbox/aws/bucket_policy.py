"""Decides S3 requests by the bucket's policy, with conditions and callers of other accounts."""

import functools
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Request:
    """What a bucket policy can ask about."""

    action: str
    resource: str
    account: str
    principal_arns: tuple[str, ...]
    """The caller's session and the role behind it: a policy may name either."""
    context: Mapping[str, str | None] = field(default_factory=dict)
    """Condition keys in lower case; None says that the request certainly lacks the key."""


def _listed(value: object) -> list[str]:
    values = value if isinstance(value, list) else [value]
    return [json.dumps(each) if isinstance(each, bool) else str(each) for each in values]


@functools.lru_cache(maxsize=1024)
def _wild(pattern: str) -> re.Pattern[str]:
    """Read `*` and `?` as AWS does; every other character, brackets too, stands for itself."""
    parts = {"*": ".*", "?": "."}
    return re.compile("".join(parts.get(each, re.escape(each)) for each in pattern), re.DOTALL)


def _like(value: str, pattern: str) -> bool:
    return _wild(pattern).fullmatch(value) is not None


def _names_action(patterns: object, action: str) -> bool:
    return any(_like(action.lower(), each.lower()) for each in _listed(patterns))


def _names_resource(patterns: object, resource: str) -> bool:
    # Unlike actions, names of buckets and keys differ by case: `public/` is not `PUBLIC/`.
    return any(_like(resource, each) for each in _listed(patterns))


def _principal_matches(principal: object, request: Request) -> bool:
    if principal == "*":
        return True
    if not isinstance(principal, dict):
        return False
    own = {
        "*",
        request.account,
        f"arn:aws:iam::{request.account}:root",
        *request.principal_arns,
    }
    return any(each in own for each in _listed(principal.get("AWS", [])))


_OPERATORS: dict[str, Callable[[str, str], bool]] = {
    "stringequals": lambda value, wanted: value == wanted,
    "stringequalsignorecase": lambda value, wanted: value.lower() == wanted.lower(),
    "stringlike": _like,
    "arnequals": _like,
    "arnlike": _like,
    "bool": lambda value, wanted: value.lower() == wanted.lower(),
    "numericlessthan": lambda value, wanted: float(value) < float(wanted),
    "numericlessthanequals": lambda value, wanted: float(value) <= float(wanted),
    "numericgreaterthan": lambda value, wanted: float(value) > float(wanted),
    "numericgreaterthanequals": lambda value, wanted: float(value) >= float(wanted),
    "numericequals": lambda value, wanted: float(value) == float(wanted),
}


def _condition_holds(operator: str, key: str, wanted: list[str], request: Request) -> bool | None:
    """Return None when the sandbox cannot know the value of the key."""
    operator = operator.lower().rpartition(":")[2]
    if_exists = operator.endswith("ifexists")
    operator = operator.removesuffix("ifexists")
    known = key.lower() in request.context
    value = request.context.get(key.lower())
    if operator == "null":
        return (value is None) == (wanted[0].lower() == "true") if known else None
    if not known:
        return None
    negated = operator.replace("not", "") in _OPERATORS and "not" in operator
    if value is None:
        return if_exists or negated
    test = _OPERATORS.get(operator.replace("not", "") if negated else operator)
    if test is None:
        return None
    found = any(test(value, each) for each in wanted)
    return not found if negated else found


def _conditions_hold(statement: Mapping[str, Any], request: Request) -> bool:
    answers = [
        _condition_holds(operator, key, _listed(wanted), request)
        for operator, keys in statement.get("Condition", {}).items()
        for key, wanted in keys.items()
    ]
    # Where the sandbox cannot know, nothing is denied and what is allowed stays allowed.
    unknown = statement["Effect"] == "Allow"
    return all(unknown if answer is None else answer for answer in answers)


def _concerns(statement: Mapping[str, Any], request: Request) -> bool:
    if "NotAction" in statement:
        acts = not _names_action(statement["NotAction"], request.action)
    else:
        acts = _names_action(statement.get("Action", []), request.action)
    if "NotResource" in statement:
        here = not _names_resource(statement["NotResource"], request.resource)
    else:
        here = _names_resource(statement.get("Resource", "*"), request.resource)
    if "NotPrincipal" in statement:
        who = not _principal_matches(statement["NotPrincipal"], request)
    else:
        who = _principal_matches(statement.get("Principal"), request)
    return acts and here and who and _conditions_hold(statement, request)


def refuses(policy: str | None, owner: str, request: Request) -> bool:
    """Say whether the policy keeps the caller out.

    A caller of the owner's account needs no permission here; a caller of another account does.
    """
    statements = json.loads(policy).get("Statement", []) if policy else []
    if isinstance(statements, dict):
        statements = [statements]
    effects = {each["Effect"] for each in statements if _concerns(each, request)}
    return "Deny" in effects or (request.account != owner and "Allow" not in effects)
