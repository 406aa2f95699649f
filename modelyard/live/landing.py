"""Lands files where the data pipeline looks for them, and tells what became of them."""

import importlib
import inspect
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from modelyard.errors import RefusedError, UsageError
from modelyard.live.releases import ReleaseLines
from modelyard.live.training import Execution, start_data
from modelyard.place import Place
from modelyard.storage import list_keys, read_json

Batches = dict[str, dict[str, bytes]]
"""Table → file name → CSV."""


@dataclass(frozen=True, kw_only=True)
class Zone:
    """How many rows a table has in each zone, and at which version."""

    table: str
    raw: int = 0
    curated: int = 0
    quarantine: int = 0
    version: int | None = None
    planted: int = 0
    """Rows of the quarantine that were planted to be caught."""
    rules: dict[str, int] = field(default_factory=dict)
    """Broken rule → rows in quarantine."""


def example_batches(model: str, months: Sequence[int], *, whole: bool = True) -> Batches:
    """Return the example's own data, cut into the batches that would have landed."""
    try:
        module = importlib.import_module(f"models.{model}.source")
    except ModuleNotFoundError as error:
        raise UsageError(
            f"{model} brings no example data (models/{model}/source.py).",
            remedy="modelyard data land MODEL --table TABLE --file FILE.csv",
        ) from error
    if "months" in inspect.signature(module.batches).parameters:
        if not months:
            raise UsageError(
                f"{model}'s data come in months.", remedy="add for instance: --months 1-4"
            )
        found: Batches = module.batches(months, whole=whole)
        return found
    found = module.batches()
    return found


def land(place: Place, batches: Batches) -> list[str]:
    """Put batches into the landing zone; a file that is there already is left alone."""
    return [
        key for table, files in batches.items() for key in land_files(place, table, files.items())
    ]


def land_files(place: Place, table: str, files: Iterable[tuple[str, bytes]]) -> Iterator[str]:
    """Land a table's files one after the other, and tell each; only one is held in memory."""
    s3, bucket = place.client("s3"), place.platform.lakehouse_bucket
    known = set(list_keys(s3, bucket, f"landing/{table}/"))
    for name, body in files:
        key = f"landing/{table}/{name}"
        if key not in known:
            s3.put_object(Bucket=bucket, Key=key, Body=body, ContentType="text/csv")
            yield key


def start_ingest(place: Place, model: str, name: str) -> str:
    """Start the data pipeline with the release that the environment runs."""
    lines = ReleaseLines.of(place)
    line = lines.live(model)
    image = line["image"] if line else lines.runtime_image
    if not image:
        raise RefusedError(
            f"{place.name} has no release image yet.", remedy=f"modelyard deploy {place.name}"
        )
    return start_data(place, model, image, name=name)


def refused_batches(place: Place, tables: Sequence[str]) -> list[dict[str, Any]]:
    """Return the batches that were refused whole, with the reason."""
    s3, bucket = place.client("s3"), place.platform.lakehouse_bucket
    keys = [key for table in tables for key in list_keys(s3, bucket, f"refused/{table}/")]
    return [dict(found) for key in keys if (found := read_json(s3, bucket, key))]


def zones(place: Place, tables: Sequence[str]) -> list[Zone]:
    """Count what each table holds in each zone."""
    return [_zone(place, table) for table in tables]


def describe(execution: Execution) -> str:
    """Say how a run of the data pipeline ended."""
    return f"{execution.run}: {execution.status}" + (
        f" ({execution.reason})" if execution.reason else ""
    )


def _zone(place: Place, table: str) -> Zone:
    raw, curated, quarantine = (
        delta(place, f"{zone}/{table}") for zone in ("raw", "curated", "quarantine")
    )
    planted, rules = _broken(quarantine)
    return Zone(
        table=table,
        raw=rows(raw),
        curated=rows(curated),
        quarantine=rows(quarantine),
        version=curated.version() if curated is not None else None,
        planted=planted,
        rules=rules,
    )


def delta(place: Place, name: str, bucket: str = "") -> Any:
    """Open a Delta table of an environment, or None when it is not there."""
    from deltalake import DeltaTable
    from deltalake.exceptions import TableNotFoundError

    from ml.data.object_store import storage_options

    uri = f"s3://{bucket or place.platform.lakehouse_bucket}/{name}"
    try:
        return DeltaTable(uri, storage_options=storage_options(place.session))
    except TableNotFoundError:
        return None


def rows(table: Any) -> int:
    """Count rows from the table's own statistics, without reading them."""
    if table is None:
        return 0
    counts = table.get_add_actions(flatten=True)["num_records"]
    return int(sum(each for each in counts.to_pylist() if each is not None))


def _broken(quarantine: Any) -> tuple[int, dict[str, int]]:
    if quarantine is None:
        return 0, {}
    import polars

    frame = polars.from_arrow(quarantine.to_pyarrow_table())
    if not isinstance(frame, polars.DataFrame):
        return 0, {}
    planted = frame.select(polars.col("_planted").is_not_null().sum()).item()
    names = frame.get_column("_rules")
    exploded = names.explode() if names.dtype == polars.List else names
    counts = exploded.value_counts().rows()
    return int(planted), {str(rule): int(count) for rule, count in counts}
