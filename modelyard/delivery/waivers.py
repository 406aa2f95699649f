"""Waivers: an owner answers, until a date, for a version that its gate did not pass."""

from datetime import date
from typing import Any

from modelyard.delivery import statements
from modelyard.delivery.approvals import TRAINED, promoter_kms, refuse_own
from modelyard.delivery.journey import now
from modelyard.delivery.requesters import requester_of
from modelyard.errors import RefusedError, UsageError
from modelyard.place import Place
from modelyard.storage import read_json, write_json
from modelyard.versions import Version, refuse_rejected

LONGEST_DAYS = 90
"""A waiver that never ends is a lower gate in disguise."""


def key_of(model: str, version: str) -> str:
    """Return where the waiver of a version lies."""
    return f"waivers/{model}/{version}.json"


def grant(
    place: Place,
    *,
    model: str,
    version: Version,
    release: dict[str, Any],
    reason: str,
    expires: str,
    today: date,
) -> dict[str, Any]:
    """Sign a waiver as the caller, who becomes its owner."""
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
    write_json(
        place.client("s3"),
        place.platform.audit_bucket,
        key_of(model, version.number),
        signed.stored(),
    )
    return signed.stored()


def refuse_owner(owner: str, release: dict[str, Any], requester: str) -> None:
    """Refuse a waiver of whoever made the release, or asked for the version."""
    refuse_own(owner, str(release.get("built_by", "")), what="the release's author")
    refuse_own(owner, requester, what=TRAINED)


def valid(place: Place, *, model: str, version: Version, today: date) -> dict[str, Any] | None:
    """Return the waiver that covers a version today; None when there is none or it has expired."""
    stored = read_json(
        place.client("s3"), place.platform.audit_bucket, key_of(model, version.number)
    )
    if stored is None:
        return None
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
            remedy=f"modelyard waive {model} --env {place.name} --version {version.number}",
        )
    return statement if _day(statement["expires"]) >= today else None


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise UsageError(f'"{text}" is not a date.', remedy="write it as 2030-12-31") from error
