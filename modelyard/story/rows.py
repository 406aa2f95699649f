"""How many rows a stage worked on: nothing is sampled below its spec to be quick, and it shows."""

from modelyard.live.landing import zones
from modelyard.place import Place
from modelyard.storage import read_json
from modelyard.story.teller import MODEL

TABLES = ("flights", "weather")


def landed(place: Place) -> dict[str, int]:
    """Return table → rows in the raw zone, everything that ever landed."""
    return {zone.table: zone.raw for zone in zones(place, TABLES)}


def trained_on(place: Place, run: str) -> dict[str, int]:
    """Return the rows a training run was fitted on and judged on, as its features step counted."""
    key = f"runs/{MODEL}/{run}/features.json"
    record = read_json(place.client("s3"), place.platform.artifacts_bucket, key) or {}
    return {name: int(rows) for name, rows in record.get("rows", {}).items()}
