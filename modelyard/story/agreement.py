"""Grace's part: she answers for a release, and for a version that waits as its gate asks for."""

import time
from datetime import UTC, datetime, timedelta
from typing import Any

from modelyard.delivery import approvals, evidence, waivers
from modelyard.delivery.events import APPROVAL, WAIVER, send
from modelyard.delivery.journey import PARKED
from modelyard.errors import RefusedError
from modelyard.live.approving import record_statement
from modelyard.live.promotion import follow, request_promotion, require_live
from modelyard.place import Place
from modelyard.release_record import release_record
from modelyard.story.teller import Teller
from modelyard.versions import Version
from modelyard.versions import version as find_version

WAIVED = "shown in the story: the way back must be seen whichever way the gate went"


def approve(teller: Teller, release: dict[str, Any]) -> None:
    """Have production refuse the release, and then Grace approve it on the evidence of staging."""
    ada, grace, model = teller.place("prod"), teller.grace("prod"), teller.model
    given = approvals.given(ada, model, release["image_digest"])
    if given:
        stored = given[0]
    else:
        try:
            request_promotion(teller.yard, model, "prod", release, {})
        except RefusedError as refused:
            teller.report(f"refused, as it should be: {refused.message}")
        proof = evidence.require(
            teller.place("staging"), model, release["image_digest"], target="prod"
        )
        stored = approvals.approve(grace, model=model, release=release, evidence=proof)
        teller.report(f"approved by {stored['statement']['approver']}")
    # Also when it is found: an earlier run may have been cut off between file and ledger.
    record_statement(grace, model, stored["statement"])


def agree(teller: Teller, number: str, *, waive: bool) -> None:
    """Grace answers for the version: by a waiver when its gate said no, else by an approval."""
    grace, model = teller.grace("prod"), teller.model
    found = find_version(grace, model, number)
    release = release_record(grace, found.facts["image_digest"])
    # Her word may have been given by a run that was cut off before delivery heard of it: given
    # again, it would stand in the ledger twice.
    if waive:
        statement = _waiver(grace, model, found, release)
        teller.report(f"gate {found.gate}: released by a waiver of {statement['owner']}")
    else:
        statement = _approval(grace, model, found, release)
        teller.report(f"gate passed, approved by {statement['approver']}")
    record_statement(grace, model, statement)
    send(grace, WAIVER if waive else APPROVAL, {"model": model, "version": number})


def _waiver(grace: Place, model: str, found: Version, release: dict[str, Any]) -> dict[str, Any]:
    today = datetime.now(UTC).date()
    given = waivers.valid(grace, model=model, version=found, today=today)
    if given is not None:
        return given
    stored = waivers.grant(
        grace,
        model=model,
        version=found,
        release=release,
        reason=WAIVED,
        expires=(today + timedelta(days=30)).isoformat(),
        today=today,
    )
    return dict(stored["statement"])


def _approval(grace: Place, model: str, found: Version, release: dict[str, Any]) -> dict[str, Any]:
    given = approvals.given(grace, model, release["image_digest"], found.number)
    stored = given[0] if given else approvals.approve_version(grace, model=model, version=found)
    return dict(stored["statement"])


def wait_for_release(teller: Teller, journey: str) -> None:
    """Follow a journey from where it waited to where it is live."""
    deadline = time.monotonic() + 60
    while True:
        found = follow(teller.place("prod"), journey, teller.report)
        if found.state not in PARKED:
            require_live(found)
            return
        if time.monotonic() > deadline:
            raise RefusedError(
                "Delivery did not take up Grace's word.",
                remedy="modelyard sandbox logs delivery",
            )
        time.sleep(0.2)
