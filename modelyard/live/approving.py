"""What approving and waiving check before anything is signed, and whom they tell afterwards."""

from datetime import UTC, datetime
from typing import Any

from modelyard import catalogue
from modelyard.delivery import approvals, events, evidence, statements, waivers
from modelyard.delivery.approvals import Report
from modelyard.delivery.history import append_once
from modelyard.place import Place
from modelyard.release_record import release_for, release_record
from modelyard.target import Yard
from modelyard.versions import version as find_version


def approve_release(
    yard: Yard,
    model: str,
    env: str,
    reference: str | None,
    report: Report = lambda message: None,
) -> dict[str, Any]:
    """Approve a release for an environment on the evidence of the one before it.

    What the caller approved or waived before stands: only ledger and delivery are told again.
    """
    before, place = yard.place(catalogue.environment_before(env)), yard.place(env)
    release = release_for(yard, env, reference)
    proof = evidence.require(before, model, release["image_digest"], target=env)
    stored = approvals.approve(place, model=model, release=release, evidence=proof, report=report)
    record_statement(place, model, stored["statement"])
    return stored


def approve_version(
    yard: Yard, model: str, env: str, number: str, report: Report = lambda message: None
) -> dict[str, Any]:
    """Approve a retrained version that passed its gate, and let delivery go on with it."""
    place = yard.place(env)
    found = find_version(place, model, number)
    stored = approvals.approve_version(place, model=model, version=found, report=report)
    record_statement(place, model, stored["statement"])
    events.send(place, events.APPROVAL, {"model": model, "version": found.number})
    return stored


def waive_version(
    yard: Yard,
    model: str,
    env: str,
    number: str,
    reason: str,
    expires: str,
    report: Report = lambda message: None,
) -> dict[str, Any]:
    """Waive a failed gate for one version, and let delivery go on with it."""
    place = yard.place(env)
    found = find_version(place, model, number)
    stored = waivers.grant(
        place,
        model=model,
        version=found,
        release=release_record(place, found.facts["image_digest"]),
        reason=reason,
        expires=expires,
        today=datetime.now(UTC).date(),
        report=report,
    )
    record_statement(place, model, stored["statement"])
    events.send(place, events.WAIVER, {"model": model, "version": found.number})
    return stored


def record_statement(place: Place, model: str, statement: dict[str, Any]) -> None:
    """Write a signed statement into the ledger, once."""
    approval = statement["kind"] == "approval"
    append_once(
        place,
        {
            "operation": f"{statement['kind']}#{statements.digest(statement)}",
            "kind": "approved" if approval else "waived",
            "model": model,
            "version": statement["version"],
            "actor": statement["approver" if approval else "owner"],
            "reason": statement.get("reason", ""),
            "image": statement.get("image_digest", ""),
            "expires": statement.get("expires", ""),
        },
    )
