"""Stages three to five: data land, a model is developed on the mirror, then staged."""

from functools import partial
from typing import Any

from modelyard.bring_up import side_by_side
from modelyard.delivery import evidence
from modelyard.delivery.journey import PARKED, Journeys
from modelyard.errors import YardError
from modelyard.live.landing import refused_batches, zones
from modelyard.live.retraining import train_now
from modelyard.story.attempts import promote, training_name
from modelyard.story.ingesting import mirrored
from modelyard.story.rows import trained_on
from modelyard.story.stage import Stage
from modelyard.story.teller import Teller
from modelyard.story.verdict import require_passed
from modelyard.versions import version


def stages(teller: Teller) -> list[Stage]:
    """Return the stages up to staging."""
    return [
        Stage(
            name="data",
            title=teller.subject.titles["data"],
            is_true=lambda: _landed(teller),
            make=lambda: _land(teller),
            figures=lambda: _of_the_data(teller),
        ),
        Stage(
            name="development",
            title="Development: a model is trained on the mirror",
            is_true=lambda: _proven(teller, "dev"),
            make=lambda: _develop(teller),
            figures=lambda: _of_the_training(teller, "dev"),
        ),
        Stage(
            name="staging",
            title="Staging: the release is promoted, trained, smoked and loaded",
            is_true=lambda: _proven(teller, "staging"),
            make=lambda: _stage(teller),
            figures=lambda: _of_the_training(teller, "staging"),
        ),
    ]


def _landed(teller: Teller) -> str | None:
    place, subject = teller.place("prod"), teller.subject
    if not subject.landed(place) or not subject.caught(place):
        return None
    return subject.told(place) if mirrored(place, subject.tables) else None


def _land(teller: Teller) -> dict[str, Any]:
    # Staging's own, for its training two stages later: two accounts share nothing but the time.
    side_by_side(["prod", "staging"], partial(_land_first, teller))
    return {}


def _of_the_data(teller: Teller) -> dict[str, Any]:
    place, tables = teller.place("prod"), teller.subject.tables
    found = zones(place, tables)
    return {
        "rows": {zone.table: zone.raw for zone in found},
        "curated": {zone.table: zone.curated for zone in found},
        "quarantine": {zone.table: zone.rules for zone in found},
        "refused": [each["reason"] for each in refused_batches(place, tables)],
    }


def _land_first(teller: Teller, name: str) -> None:
    # Only production shows what becomes of bad rows.
    subject = teller.subject
    land = subject.land if name == "staging" else subject.land_and_catch
    land(teller.place(name), teller.report)


def _proven(teller: Teller, name: str) -> str | None:
    try:
        release, found = teller.release(), _evidence(teller, name)
    except YardError:
        return None
    load = found["steps"].get("load", {})
    rate = (
        f", {load['requests_per_second']} requests/s, p99 {load['p99_ms']} ms, "
        f"{load['errors']} errors"
        if "p99_ms" in load
        else ""
    )
    return f"version {found['version']} of {release['git_sha'][:7]}, gate {found['gate']}{rate}"


def _evidence(teller: Teller, name: str) -> dict[str, Any]:
    """What an environment has to show for the release; raises a YardError while it has nothing."""
    digest = teller.release()["image_digest"]
    return evidence.require(
        teller.place(name), teller.model, digest, target="the next environment"
    )


def _of_the_training(teller: Teller, name: str) -> dict[str, Any]:
    place, model, number = teller.place(name), teller.model, _evidence(teller, name)["version"]
    return {"rows": trained_on(place, model, version(place, model, number).facts["run"])}


def _develop(teller: Teller) -> dict[str, Any]:
    place, model, release = teller.place("dev"), teller.model, teller.release()
    name = training_name(place, model, release, "story-dev")
    done = train_now(place, model, release, teller.report, name=name, accept=PARKED)
    journey = Journeys.of(place).find(str(done["id"]))
    if journey is not None:
        require_passed(place, journey)
    return {
        "version": done["version"],
        "run": done["run"],
        "gate": done["gate"],
    }


def _stage(teller: Teller) -> dict[str, Any]:
    place = teller.place("staging")
    teller.subject.land(place, teller.report)
    done = promote(teller, "staging", teller.release())
    return {
        "version": done.version,
        "steps": done.done,
    }
