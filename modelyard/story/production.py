"""Stages six to eight: into production, a second version under traffic, and the way back."""

import time
from typing import Any

from modelyard.delivery.history import ledger, log
from modelyard.delivery.journey import PARKED, Journey, Journeys, State
from modelyard.errors import RefusedError, YardError
from modelyard.live.endpoint import endpoint, wait_ready
from modelyard.live.landing import example_batches
from modelyard.live.promotion import follow, require_live
from modelyard.live.releases import ReleaseLines
from modelyard.live.retraining import live_release, train_now
from modelyard.live.rollback import READY_SECONDS, roll_back
from modelyard.live.trace import trace
from modelyard.live.training import training_run
from modelyard.place import Place
from modelyard.release_record import latest_release
from modelyard.story.agreement import agree, approve, wait_for_release
from modelyard.story.attempts import promote, training_name
from modelyard.story.growth import curated, ingest
from modelyard.story.rows import landed, trained_on
from modelyard.story.stage import Stage
from modelyard.story.teller import FIRST_MONTHS, MODEL, SECOND_MONTHS, Teller
from modelyard.versions import version

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
    # The line is written before delivery has tried the version: the ledger says when it had.
    if line is None or not _released(teller) or not endpoint(place, MODEL).health().ready:
        return None
    return f"version {line['version']} is live in prod from {line['image'][:19]}…"


def _go_live(teller: Teller) -> dict[str, Any]:
    release = latest_release(teller.place("dev"))
    place = teller.place("prod")
    line = ReleaseLines.of(place).live(MODEL)
    if line is not None and _released(teller):
        # Live, only not answering: it is waited for, not promoted once more.
        wait_ready(endpoint(place, MODEL), READY_SECONDS)
        return {"version": line["version"]}
    if not curated(place, FIRST_MONTHS):
        raise RefusedError("The data of the first months are gone.", remedy="make story")
    approve(teller, release)
    done = promote(teller, "prod", release)
    return {
        "rows": trained_on(place, done.run),
        "version": done.version,
        "steps": done.done,
    }


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
    journey = _candidate(teller)
    teller.report(f"version {journey.version}: {journey.state.value} {journey.reason}")
    if journey.state in PARKED:
        agree(teller, journey.version, waive=journey.state is State.AWAITING_WAIVER)
        wait_for_release(teller, journey.id)
    else:
        require_live(journey)
    return {
        "rows": {**landed(place), **trained_on(place, _run_of(place, journey))},
        "version": journey.version,
        "first_state": journey.state.value,
    }


def _candidate(teller: Teller) -> Journey:
    """Follow the second version to where it is live or waits; it is trained if it is not yet."""
    place = teller.place("prod")
    journeys = Journeys.of(place)
    release = live_release(place, MODEL)
    name = training_name(place, release, "story-second")
    if training_run(place, MODEL, name) is None:
        # One that somebody retrained by hand and that waits serves as well; what was promoted
        # has its release with it.
        waiting = [e for e in journeys.open() if e.model == MODEL and not e.release]
        if waiting:
            return follow(place, waiting[-1].id, teller.report)
    done = train_now(place, MODEL, release, teller.report, name=name, accept_parked=True)
    found = journeys.find(str(done["id"]))
    if found is None:
        raise RefusedError(f"Delivery has forgotten the journey {done['id']}.")
    return found


def _run_of(place: Place, journey: Journey) -> str:
    return version(place, MODEL, journey.version).facts["run"]


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
