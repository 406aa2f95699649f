"""Stages three to five: data land, a model is developed on the mirror, then staged."""

from functools import partial
from typing import Any

from modelyard.bring_up import side_by_side
from modelyard.delivery import evidence
from modelyard.errors import RefusedError, YardError
from modelyard.live.landing import (
    Batches,
    example_batches,
    land,
    refused_batches,
    start_ingest,
    zones,
)
from modelyard.live.retraining import train_now
from modelyard.live.training import follow as follow_pipeline
from modelyard.place import Place
from modelyard.release_record import latest_release
from modelyard.storage import list_keys, read_json
from modelyard.story.attempts import ingest_name, promote, training_name
from modelyard.story.rows import TABLES, trained_on
from modelyard.story.stage import Stage
from modelyard.story.teller import FIRST_MONTHS, MODEL, Teller


def stages(teller: Teller) -> list[Stage]:
    """Return the stages up to staging."""
    return [
        Stage(
            name="data",
            title="Data: January to April land, are checked and mirrored",
            is_true=lambda: _landed(teller),
            make=lambda: _land(teller),
        ),
        Stage(
            name="development",
            title="Development: a model is trained on the mirror",
            is_true=lambda: _proven(teller, "dev"),
            make=lambda: _develop(teller),
        ),
        Stage(
            name="staging",
            title="Staging: the release is promoted, trained, smoked and loaded",
            is_true=lambda: _proven(teller, "staging"),
            make=lambda: _stage(teller),
        ),
    ]


def ingest(teller: Teller, place: Place, batches: Batches, purpose: str) -> None:
    """Land batches and run the data pipeline over them; done before, it changes nothing."""
    for key in land(place, batches):
        teller.report(f"{place.name} landed {key}")
    run = start_ingest(place, MODEL, ingest_name(place, purpose))
    follow_pipeline(place, run, teller.report)


def curated(place: Place, months: tuple[int, ...]) -> bool:
    """Say whether every month has landed and become part of the curated zone."""
    keys = list_keys(place.client("s3"), place.platform.lakehouse_bucket, "landing/flights/")
    landed = all(f"landing/flights/2013-{month:02d}.csv" in keys for month in months)
    return landed and zones(place, ("flights",))[0].curated > ROWS_PER_MONTH * len(months)


ROWS_PER_MONTH = 24_000
"""Less than the month with the fewest flights has."""


def _landed(teller: Teller) -> str | None:
    place = teller.place("prod")
    if not curated(place, FIRST_MONTHS) or not refused_batches(place, TABLES):
        return None
    if not _mirrored(place):
        return None
    found = {zone.table: zone for zone in zones(place, TABLES)}
    bad = sum(zone.quarantine for zone in found.values())
    planted = sum(zone.planted for zone in found.values())
    return (
        f"{found['flights'].curated:,} flights and {found['weather'].curated:,} hours of weather "
        f"curated, {bad} rows in quarantine ({planted} planted), 1 batch refused whole, "
        f"mirror in {place.platform.mirror_bucket}"
    )


def _mirrored(place: Place) -> bool:
    return read_json(place.client("s3"), place.platform.mirror_bucket, "report.json") is not None


def _land(teller: Teller) -> dict[str, Any]:
    # Staging's own, for its training two stages later: two accounts share nothing but the time.
    side_by_side(["prod", "staging"], partial(_land_first, teller))
    place = teller.place("prod")
    found = zones(place, TABLES)
    rules = {zone.table: zone.rules for zone in found}
    return {
        "rows": {zone.table: zone.raw for zone in found},
        "curated": {zone.table: zone.curated for zone in found},
        "quarantine": rules,
        "refused": [each["reason"] for each in refused_batches(place, TABLES)],
    }


def _land_first(teller: Teller, name: str) -> None:
    if name == "staging":
        _land_in_staging(teller)
    else:
        _land_with_faults(teller, teller.place(name))


def _land_in_staging(teller: Teller) -> None:
    place = teller.place("staging")
    if not curated(place, FIRST_MONTHS):
        ingest(teller, place, example_batches(MODEL, FIRST_MONTHS), "story-first")


def _land_with_faults(teller: Teller, place: Place) -> None:
    """Rows that are planted to be caught, then a batch that has to be refused whole."""
    from importlib import import_module

    source = import_module(f"models.{MODEL}.source")
    batches = example_batches(MODEL, FIRST_MONTHS)
    # Not once more: with the wrong batch landed, a run over what is left does not succeed.
    if not curated(place, FIRST_MONTHS) or not _mirrored(place):
        ingest(teller, place, source.plant(batches), "story-first")
    if not refused_batches(place, TABLES):
        try:
            ingest(teller, place, source.wrong_schema(batches), "story-wrong")
        except RefusedError as refused:
            if not refused_batches(place, TABLES):
                raise
            teller.report(f"refused, as it should be: {refused.message}")


def _proven(teller: Teller, name: str) -> str | None:
    try:
        release = latest_release(teller.place("dev"))
        found = evidence.require(
            teller.place(name), MODEL, release["image_digest"], target="the next environment"
        )
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


def _develop(teller: Teller) -> dict[str, Any]:
    place = teller.place("dev")
    release = latest_release(place)
    name = training_name(place, release, "story-dev")
    done = train_now(place, MODEL, release, teller.report, name=name)
    return {
        "rows": trained_on(place, done["run"]),
        "version": done["version"],
        "run": done["run"],
        "gate": done["gate"],
    }


def _stage(teller: Teller) -> dict[str, Any]:
    _land_in_staging(teller)
    place = teller.place("staging")
    done = promote(teller, "staging", latest_release(teller.place("dev")))
    return {
        "rows": trained_on(place, done.run),
        "version": done.version,
        "steps": done.done,
    }
