"""Waivers: an owner answers, until a date, for a version that its gate did not pass."""

from collections.abc import Callable
from datetime import date
from typing import Any

from modelyard.delivery import statements
from modelyard.delivery.approvals import TRAINED, Report, promoter_kms, refuse_own
from modelyard.delivery.journey import now
from modelyard.delivery.keeping import does_not_hold, keep, kept, one_that_holds
from modelyard.delivery.requesters import requester_of
from modelyard.errors import RefusedError, UsageError
from modelyard.place import Place, person
from modelyard.versions import Version, how_to_waive, refuse_rejected

LONGEST_DAYS = 90
"""A waiver that never ends is a lower gate in disguise."""


def folder_of(model: str, version: str) -> str:
    """Return where the waivers of a version lie."""
    return f"waivers/{model}/{version}/"


def key_of(model: str, version: str, last: date, owner: str) -> str:
    """Return where a waiver lies: one that has ended leaves room for the next."""
    return f"{folder_of(model, version)}{last.isoformat()}-{person(owner)}.json"


def grant(
    place: Place,
    *,
    model: str,
    version: Version,
    release: dict[str, Any],
    reason: str,
    expires: str,
    today: date,
    report: Report = lambda message: None,
) -> dict[str, Any]:
    """Sign a waiver as the caller, who becomes its owner.

    One that the caller gave until the same day before stands, and is returned instead.
    """
    if not reason.strip():
        raise UsageError("A waiver needs a reason.", remedy='--reason "why this is acceptable"')
    last = _day(expires)
    if not today <= last or (last - today).days > LONGEST_DAYS:
        raise UsageError(
            f"--expires {expires} is not within the next {LONGEST_DAYS} days.",
            remedy=f"allowed: {today.isoformat()} and up to {LONGEST_DAYS} days after it",
        )
    refuse_rejected(version, place, model)
    if version.gate == "passed":
        raise UsageError(
            f"Version {version.number} of {model} passed its gate: there is nothing to waive.",
            remedy=f"modelyard approve {model} --env {place.name} --version {version.number}",
        )
    refuse_owner(place.caller, release, requester_of(place, version))
    statement = {
        "kind": "waiver",
        "model": model,
        "environment": place.name,
        "version": version.number,
        "package_digest": version.facts.get("package_digest", ""),
        "gate": version.gate,
        "owner": place.caller,
        "reason": reason.strip(),
        "expires": last.isoformat(),
        "granted_at": now(),
    }
    signed = statements.sign(promoter_kms(place), place.platform.approval_key_arn, statement)
    key = key_of(model, version.number, last, place.caller)
    before = keep(place, key, signed.stored())
    if before is None:
        return signed.stored()
    try:
        said = _covering(place, before, model=model, version=version)
    except RefusedError as error:
        raise does_not_hold(key, error.message) from error
    report(
        f"{person(place.caller)} waived this until {said['expires']} already "
        f"({said['reason']}): that stands"
    )
    return before


def refuse_owner(owner: str, release: dict[str, Any], requester: str) -> None:
    """Refuse a waiver of whoever made the release, or asked for the version."""
    refuse_own(owner, str(release.get("built_by", "")), what="the release's author")
    refuse_own(owner, requester, what=TRAINED)


def valid(
    place: Place,
    *,
    model: str,
    version: Version,
    today: date,
    refuse: Callable[[dict[str, Any]], None] = lambda statement: None,
) -> dict[str, Any] | None:
    """Return a waiver that covers a version today; None where there is none, or all have ended.

    `refuse` raises RefusedError for one that cannot be accepted; refuses where that, or a broken
    signature, leaves none.
    """

    def check(stored: dict[str, Any]) -> dict[str, Any] | None:
        statement = _covering(place, stored, model=model, version=version)
        if _day(statement["expires"]) < today:
            return None
        refuse(statement)
        return statement

    return one_that_holds(kept(place, folder_of(model, version.number)), check)


def _covering(
    place: Place, stored: dict[str, Any], *, model: str, version: Version
) -> dict[str, Any]:
    """The statement of a waiver, ended or not, if it is for this version; else refuse."""
    statement = statements.verify(
        place.client("kms"), place.platform.approval_key_arn, stored, what="waiver"
    )
    covered = (
        statement["kind"] == "waiver"
        and statement["model"] == model
        and statement["environment"] == place.name
        and statement["version"] == version.number
        and statement["package_digest"] == version.facts.get("package_digest", "")
    )
    if not covered:
        raise RefusedError(
            f"The waiver is not for version {version.number} of {model} in {place.name}.",
            remedy=how_to_waive(place, model, version.number),
        )
    return statement


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise UsageError(f'"{text}" is not a date.', remedy="write it as 2030-12-31") from error
