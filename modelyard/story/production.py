"""Stages six to eight: into production, a second version under traffic, and the way back."""

import time
from typing import Any

from modelyard.delivery.history import ledger, log
from modelyard.delivery.journey import PARKED, Journey, Journeys, State
from modelyard.errors import RefusedError, YardError
from modelyard.live.endpoint import endpoint, wait_ready
from modelyard.live.promotion import follow, require_live
from modelyard.live.releases import ReleaseLines
from modelyard.live.retraining import live_release, train_now
from modelyard.live.rollback import READY_SECONDS, roll_back
from modelyard.live.trace import trace
from modelyard.live.training import training_run
from modelyard.story.agreement import agree, approve, wait_for_release
from modelyard.story.attempts import promote, training_name
from modelyard.story.lengths import how_to_go_on
from modelyard.story.rows import landed, trained_on
from modelyard.story.sentences import origin
from modelyard.story.stage import Stage
from modelyard.story.teller import Teller
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
            figures=lambda: {"rows": _trained(teller, 0)},
        ),
        Stage(
            name="second",
            title=teller.subject.titles["second"],
            is_true=lambda: _second(teller),
            make=lambda: _retrain(teller),
            figures=lambda: {"rows": {**_landed(teller), **_trained(teller, -1)}},
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
    line = ReleaseLines.of(place).live(teller.model)
    # The line is written before delivery has tried the version: the ledger says when it had.
    if (
        line is None
        or not _entries(teller, "released")
        or not endpoint(place, teller.model).health().ready
    ):
        return None
    return f"version {line['version']} is live in prod from {line['image'][:19]}…"


def _go_live(teller: Teller) -> dict[str, Any]:
    place, release = teller.place("prod"), teller.release()
    line = ReleaseLines.of(place).live(teller.model)
    if line is not None and _entries(teller, "released"):
        # Live, only not answering: it is waited for, not promoted once more.
        wait_ready(endpoint(place, teller.model), READY_SECONDS)
        return {"version": line["version"]}
    if not teller.subject.landed(place):
        raise RefusedError(
            "The data of the first version are gone.", remedy=how_to_go_on(teller.model)
        )
    approve(teller, release)
    done = promote(teller, "prod", release)
    return {
        "version": done.version,
        "steps": done.done,
    }


def _entries(teller: Teller, kind: str) -> list[dict[str, Any]]:
    """What production's ledger says of the model, of one kind, in order."""
    entries = log(teller.place("prod"))
    return [each for each in entries if (each["kind"], each["model"]) == (kind, teller.model)]


def _second(teller: Teller) -> str | None:
    released = _entries(teller, "released")
    if len(released) < 2:
        return None
    newest = released[-1]
    gate = newest["details"].get("gate", "")
    how = f"waived: {newest['reason']}" if newest["details"].get("waived_by") else "agreed"
    return f"version {newest['version']} went live in prod, gate {gate} ({how})"


def _retrain(teller: Teller) -> dict[str, Any]:
    place = teller.place("prod")
    if not teller.subject.more_landed(place):
        teller.subject.land_more(place, teller.report)
    journey = _candidate(teller)
    teller.report(f"version {journey.version}: {journey.state.value} {journey.reason}")
    if journey.state in PARKED:
        agree(teller, journey.version, waive=journey.state is State.AWAITING_WAIVER)
        wait_for_release(teller, journey.id)
    else:
        require_live(journey)
    return {
        "version": journey.version,
        "first_state": journey.state.value,
    }


def _candidate(teller: Teller) -> Journey:
    """Follow the second version to where it is live or waits; it is trained if it is not yet."""
    place, model = teller.place("prod"), teller.model
    journeys = Journeys.of(place)
    release = live_release(place, model)
    name = training_name(place, model, release, "story-second")
    if training_run(place, model, name) is None:
        # One that somebody retrained by hand and that waits serves as well; what was promoted
        # has its release with it.
        waiting = [e for e in journeys.open() if e.model == model and not e.release]
        if waiting:
            return follow(place, waiting[-1].id, teller.report)
    done = train_now(place, model, release, teller.report, name=name, accept=PARKED)
    found = journeys.find(str(done["id"]))
    if found is None:
        raise RefusedError(f"Delivery has forgotten the journey {done['id']}.")
    return found


def _landed(teller: Teller) -> dict[str, int]:
    return landed(teller.place("prod"), teller.subject.tables)


def _trained(teller: Teller, which: int) -> dict[str, int]:
    """The rows of one of the released versions, by its place in the order of their releases."""
    place, number = teller.place("prod"), _entries(teller, "released")[which]["version"]
    run = version(place, teller.model, number).facts["run"]
    return trained_on(place, teller.model, run)


def _went_back(teller: Teller) -> str | None:
    place = teller.place("prod")
    back = _entries(teller, "rolled_back")
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
    done = roll_back(place, teller.model, REASON, teller.report)
    found = _traced(teller, time.monotonic() + 60)
    if found:
        teller.report(f"prediction {teller.traffic.last_id} leads to {origin(found)}")
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
                time.sleep(0.3)
                continue
            found.pop("prediction"), found.pop("lineage")
            return found
    return {}
