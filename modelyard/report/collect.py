"""Asks every environment for what the report shows; what cannot be read is named, not left out."""

import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from modelyard import catalogue
from modelyard.delivery.history import ledger, log
from modelyard.live.landing import refused_batches, zones
from modelyard.live.releases import ReleaseLines
from modelyard.live.status import status
from modelyard.place import Place
from modelyard.report.facts import DataFacts, Facts, LedgerFacts, VersionFacts
from modelyard.report.life.collect import life
from modelyard.report.life.facts import LifeFacts
from modelyard.report.reading import Reading
from modelyard.storage import read_json
from modelyard.story.book import stories
from modelyard.target import Yard
from modelyard.versions import Version, told_by, versions


@dataclass
class _Found:
    """What one environment holds."""

    versions: list[VersionFacts] = field(default_factory=list)
    data: list[DataFacts] = field(default_factory=list)
    ledger: LedgerFacts | None = None
    lives: list[LifeFacts] = field(default_factory=list)
    reading: Reading = field(default_factory=Reading)


def collect(yard: Yard) -> Facts:
    """Collect the whole report."""
    places = yard.places()
    with ThreadPoolExecutor(max_workers=max(1, len(places))) as pool:
        found = list(pool.map(_environment, places))
    return Facts(
        generated_at=datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        commit=_commit(yard.root),
        target=yard.target.value,
        environments=status(places),
        versions=[version for each in found for version in each.versions],
        data=[data for each in found for data in each.data],
        ledgers=[each.ledger for each in found if each.ledger is not None],
        lives=[life for each in found for life in each.lives],
        stories=stories(yard.root / ".modelyard" / "story.json"),
        missing=[what for each in found for what in each.reading.missing],
    )


def _environment(place: Place) -> _Found:
    found = _Found()
    part = found.reading.part
    for model in catalogue.model_names():
        found.versions += part(f"{place.name} versions", _versions, place, model) or []
        data = part(f"{place.name} data of {model}", _data, place, model)
        if data is not None and any(zone.raw for zone in data.zones):
            found.data.append(data)
    found.ledger = part(f"{place.name} ledger", _ledger, place)
    entries = found.ledger.entries if found.ledger else []
    found.lives += _lives(place, found.versions, entries, found.reading)
    return found


def _lives(
    place: Place, known: list[VersionFacts], entries: list[dict[str, Any]], reading: Reading
) -> Iterator[LifeFacts]:
    live = {each.model for each in known if each.live}
    for model in catalogue.model_names():
        lived = life(place, model, entries, model in live, reading)
        if lived is not None:
            yield lived


def _versions(place: Place, model: str) -> list[VersionFacts]:
    line = ReleaseLines.of(place).live(model)
    live = line["version"] if line else ""
    return [_version(place, model, each, live) for each in versions(place, model)]


def _version(place: Place, model: str, known: Version, live: str) -> VersionFacts:
    return VersionFacts(
        environment=place.name,
        model=model,
        number=known.number,
        live=known.number == live,
        status=known.status,
        gate=known.gate,
        registered_at=known.registered_at,
        git_sha=known.facts["git_sha"],
        image_digest=known.facts["image_digest"],
        run=known.facts["run"],
        gate_details=told_by(place, known, "gate.json"),
        metrics=told_by(place, known, "metrics.json"),
        lineage=told_by(place, known, "lineage.json"),
    )


def _data(place: Place, model: str) -> DataFacts:
    from ml.spec import load_model

    tables = load_model(place.root / "models" / model).data.tables
    mirror = place.platform.mirror_bucket
    return DataFacts(
        environment=place.name,
        model=model,
        zones=zones(place, tables),
        refused=refused_batches(place, tables),
        mirror=(read_json(place.client("s3"), mirror, "report.json") or {}) if mirror else {},
    )


def _ledger(place: Place) -> LedgerFacts:
    verdict = ledger(place).verify()
    return LedgerFacts(
        environment=place.name,
        intact=verdict.intact,
        reason=verdict.reason,
        entries=log(place) if verdict.intact else [],
    )


def _commit(root: Path) -> str:
    done = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"],
        cwd=root,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout.strip() or "no commit"
