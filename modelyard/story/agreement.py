"""Grace's part: she answers for a version that waits, in whichever way its gate asks for."""

import time
from datetime import UTC, datetime, timedelta

from modelyard.delivery import approvals, evidence, waivers
from modelyard.delivery.events import APPROVAL, WAIVER, send
from modelyard.delivery.journey import PARKED
from modelyard.errors import RefusedError
from modelyard.live.approving import record_statement
from modelyard.live.promotion import follow, require_live
from modelyard.live.retraining import live_release
from modelyard.story.teller import MODEL, Teller
from modelyard.versions import version as find_version

WAIVED = "shown in the story: the way back must be seen whichever way the gate went"


def agree(teller: Teller, number: str, *, waive: bool) -> None:
    """Grace answers for the version: by a waiver when its gate said no, else by an approval."""
    grace = teller.grace("prod")
    found = find_version(grace, MODEL, number)
    release = live_release(grace, MODEL)
    if waive:
        today = datetime.now(UTC).date()
        stored = waivers.grant(
            grace,
            model=MODEL,
            version=found,
            release=release,
            reason=WAIVED,
            expires=(today + timedelta(days=30)).isoformat(),
            today=today,
        )
        teller.report(f"gate {found.gate}: released by a waiver of {stored['statement']['owner']}")
    else:
        stored = approvals.approve(
            grace,
            model=MODEL,
            release=release,
            evidence={"version": number, "outcome": evidence.PASSED, **found.facts},
            version=number,
        )
        teller.report(f"gate passed, approved by {stored['statement']['approver']}")
    record_statement(grace, MODEL, stored["statement"])
    send(grace, WAIVER if waive else APPROVAL, {"model": MODEL, "version": number})


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
        time.sleep(0.5)
