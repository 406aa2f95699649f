"""Where signed statements lie in the audit bucket: each under a name of its own, written once.

The promoter's role may create an object there and replace none, and Object Lock would keep what
was replaced: whoever has something new to say says it beside what is there.
"""

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from modelyard.errors import RefusedError
from modelyard.place import Place
from modelyard.storage import list_keys, read_json, write_json

Held = TypeVar("Held")


def keep(place: Place, key: str, stored: dict[str, Any]) -> dict[str, Any] | None:
    """Store a statement; returns what lies there already instead, unless that is this one."""
    s3, bucket = place.client("s3"), place.platform.audit_bucket
    while not write_json(s3, bucket, key, stored, once=True):
        found = _find(place, key)
        if found is not None:
            # Ours after all, if the answer to an earlier try was lost on the way.
            return None if found == stored else found
    return None


def kept(place: Place, prefix: str) -> list[dict[str, Any]]:
    """Return every statement under a prefix, unverified, in the order of their names."""
    keys = list_keys(place.client("s3"), place.platform.audit_bucket, prefix)
    return [found for key in keys if (found := _find(place, key)) is not None]


def one_that_holds(
    stored: Iterable[dict[str, Any]], check: Callable[[dict[str, Any]], Held | None]
) -> Held | None:
    """Return what a check makes of the first that it accepts; None where it has none to judge.

    Raises what the check said last where it refuses all of them: one that does not hold keeps
    out no other.
    """
    refused = None
    for each in stored:
        try:
            found = check(each)
        except RefusedError as error:
            refused = error
            continue
        if found is not None:
            return found
    if refused is not None:
        raise refused
    return None


def does_not_hold(key: str, why: str) -> RefusedError:
    """Say that a name is taken by something that nobody can use, and what to do then."""
    return RefusedError(
        f"Something that does not hold lies at {key} already, and nothing there is ever "
        f"overwritten: {why}",
        remedy="another person answers instead; who wrote it: the audit bucket's own log",
    )


def _find(place: Place, key: str) -> dict[str, Any] | None:
    """Return what lies there; what is no statement at all is one that nobody signed."""
    try:
        found = read_json(place.client("s3"), place.platform.audit_bucket, key)
    except ValueError:
        return {}
    return found if found is None or isinstance(found, dict) else {}
