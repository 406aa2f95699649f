"""How many rows a stage worked on: nothing is sampled below its spec to be quick, and it shows."""

from modelyard.live.landing import zones
from modelyard.place import Place
from modelyard.storage import read_json


def landed(place: Place, tables: tuple[str, ...]) -> dict[str, int]:
    """Return table → rows in the raw zone, everything that ever landed."""
    return {zone.table: zone.raw for zone in zones(place, tables)}


def trained_on(place: Place, model: str, run: str) -> dict[str, int]:
    """Return the rows a training run was fitted on and judged on, as its features step counted."""
    return _counted(place, model, run, "rows")


def labelled_in(place: Place, model: str, run: str) -> int:
    """Return how many of a training run's rows, holdout and all, have a label."""
    return sum(_counted(place, model, run, "labelled").values())


def _counted(place: Place, model: str, run: str, what: str) -> dict[str, int]:
    key = f"runs/{model}/{run}/features.json"
    record = read_json(place.client("s3"), place.platform.artifacts_bucket, key) or {}
    return {name: int(rows) for name, rows in record.get(what, {}).items()}
