"""Lands batches and has them ingested, so that a run that was cut off is gone on with."""

from collections.abc import Iterable, Mapping
from typing import Any

from modelyard.live.landing import land_files, start_ingest
from modelyard.live.training import follow
from modelyard.place import Place
from modelyard.storage import read_json
from modelyard.story.attempts import ingest_name
from modelyard.story.subject import Report


def ingest(
    place: Place,
    model: str,
    batches: Mapping[str, Iterable[tuple[str, bytes]]],
    purpose: str,
    report: Report,
) -> None:
    """Land batches and run the data pipeline over them; done before, it changes nothing."""
    for table, files in batches.items():
        for key in land_files(place, table, files):
            report(f"{place.name} landed {key}")
    follow(place, start_ingest(place, model, ingest_name(place, model, purpose)), report)


def mirror_of(place: Place) -> dict[str, dict[str, Any]]:
    """Return table → what was done to its redacted copy; no table before the first copy."""
    found = read_json(place.client("s3"), place.platform.mirror_bucket, "report.json") or {}
    return dict(found.get("tables", {}))


def mirrored(place: Place, tables: tuple[str, ...]) -> bool:
    """Say whether every one of these tables has a redacted copy."""
    return set(tables) <= set(mirror_of(place))
