"""Stages six to eight: into production, a second version under traffic, and the way back."""

import time
from typing import Any

from modelyard.delivery import approvals, evidence
from modelyard.delivery.history import ledger, log
from modelyard.delivery.journey import PARKED, State
from modelyard.errors import RefusedError, YardError
from modelyard.live.approving import record_statement
from modelyard.live.endpoint import endpoint
from modelyard.live.landing import example_batches
from modelyard.live.promotion import follow, request_promotion, require_live
from modelyard.live.releases import ReleaseLines
from modelyard.live.retraining import live_release, train_now
from modelyard.live.rollback import roll_back
from modelyard.live.trace import trace
from modelyard.release_record import latest_release
from modelyard.story.agreement import agree, wait_for_release
from modelyard.story.growth import curated, ingest
from modelyard.story.stage import Stage
from modelyard.story.teller import FIRST_MONTHS, MODEL, SECOND_MONTHS, Teller

REASON = "the story goes back to show that the way back is there"


def stages(teller: Teller) -> list[Stage]:
    """Return the stages in production."""
    return [
        Stage(
            name="prod",
            title="Prod: approved by someone else, trained, judged, live",
            is_true=lambda: _live(teller),
            make=lambda: _go_live(teller),
        ),
        Stage(
            name="second",
            title="Second version: May and June land, champion against candidate",
            is_true=lambda: _second(teller),
            make=lambda: _retrain(teller),
        ),
        Stage(
            name="back",
            title="And back: rollback, audit, trace",
            is_true=lambda: _went_back(teller),
            make=lambda: _go_back(teller),
        ),
    ]


def _live(teller: Teller) -> str | None:
    place = teller.place("prod")
    line = ReleaseLines.of(place).live(MODEL)
    if line is None or not endpoint(place, MODEL).health().ready:
        return None
    return f"version {line['version']} is live in prod from {line['image'][:19]}…"


def _go_live(teller: Teller) -> dict[str, Any]:
    release = latest_release(teller.place("dev"))
    ada, grace = teller.place("prod"), teller.grace("prod")
    if not curated(ada, FIRST_MONTHS):
        raise RefusedError("The data of the first months are gone.", remedy="make story")
    if approvals.find(ada, MODEL, release["image_digest"]) is None:
        try:
            request_promotion(teller.yard, MODEL, "prod", release, {})
        except RefusedError as refused:
            teller.report(f"refused, as it should be: {refused.message}")
        proof = evidence.require(
            teller.place("staging"), MODEL, release["image_digest"], target="prod"
        )
        stored = approvals.approve(grace, model=MODEL, release=release, evidence=proof)
        record_statement(grace, MODEL, stored["statement"])
        teller.report(f"approved by {stored['statement']['approver']}")
    journey = request_promotion(teller.yard, MODEL, "prod", release, {})
    done = require_live(follow(ada, journey.id, teller.report))
    return {"version": done.version, "steps": done.done}


def _released(teller: Teller) -> list[dict[str, Any]]:
    entries = log(teller.place("prod"))
    return [each for each in entries if (each["kind"], each["model"]) == ("released", MODEL)]


def _second(teller: Teller) -> str | None:
    released = _released(teller)
    if len(released) < 2:
        return None
    newest = released[-1]
    gate = newest["details"].get("gate", "")
    how = f"waived: {newest['reason']}" if newest["details"].get("waived_by") else "agreed"
    return f"version {newest['version']} went live in prod, gate {gate} ({how})"


def _retrain(teller: Teller) -> dict[str, Any]:
    place = teller.place("prod")
    if not curated(place, FIRST_MONTHS + SECOND_MONTHS):
        ingest(teller, place, example_batches(MODEL, SECOND_MONTHS, whole=False), "story-second")
    from modelyard.delivery.journey import Journeys
    from modelyard.delivery.operations import Operations

    operations = Operations(place.client("dynamodb"), place.platform.operations_table)
    journeys = Journeys(operations)
    waiting = [e for e in journeys.open() if e.model == MODEL and e.state in PARKED]
    if waiting:
        # An earlier run of the story was cut off while the version waited for Grace.
        journey = waiting[-1]
    else:
        release = live_release(place, MODEL)
        done = train_now(place, MODEL, release, teller.report, accept_parked=True)
        found = journeys.find(str(done["id"]))
        if found is None:
            raise RefusedError(f"Delivery has forgotten the journey {done['id']}.")
        journey = found
    teller.report(f"version {journey.version}: {journey.state.value} {journey.reason}")
    if journey.state in PARKED:
        agree(teller, journey.version, waive=journey.state is State.AWAITING_WAIVER)
        wait_for_release(teller, journey.id)
    return {"version": journey.version, "first_state": journey.state.value}


def _went_back(teller: Teller) -> str | None:
    place = teller.place("prod")
    back = [e for e in log(place) if (e["kind"], e["model"]) == ("rolled_back", MODEL)]
    if not back:
        return None
    verdict = ledger(place).verify()
    if not verdict.intact:
        return None
    return (
        f"version {back[-1]['version']} is live again in prod; the ledger's "
        f"{verdict.entries} entries hold together"
    )


def _go_back(teller: Teller) -> dict[str, Any]:
    place = teller.place("prod")
    done = roll_back(place, MODEL, REASON, teller.report)
    found = _traced(teller, time.monotonic() + 60)
    if found:
        shown = {
            key: found[key] for key in ("version", "run", "git_sha", "image_digest", "tables")
        }
        teller.report(f"prediction {teller.traffic.last_id} leads to {shown}")
    return {"from": done.from_version, "to": done.to_version, "trace": found}


def _traced(teller: Teller, deadline: float) -> dict[str, Any]:
    """Trace an answer of the background client, which the collector records a little later."""
    while teller.traffic.running:
        asked = teller.traffic.last_id
        for _ in range(10):
            try:
                found = trace(teller.place("prod"), asked)
            except YardError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(1.0)
                continue
            found.pop("prediction"), found.pop("lineage")
            return found
    return {}
