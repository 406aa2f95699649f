"""The reference model's real tables, read once; and small ones that a test can write by hand."""

import io
from collections.abc import Iterable
from pathlib import Path

import polars as pl
import pytest

from ml.data.contract import load_contract
from ml.data.features import feature_table
from ml.data.quality import Checked, check
from ml.spec import ModelSpec, load_model
from models.flight_delay import source
from tests.models.fitting import LIVE, answered, fitted


@pytest.fixture(scope="session")
def spec() -> ModelSpec:
    return load_model(Path("models/flight_delay"))


def landed(spec: ModelSpec, months: Iterable[int]) -> dict[str, Checked]:
    """These months, each table checked as one batch."""
    contract = load_contract(spec.contract_path)
    return {
        table: check(
            pl.concat([pl.read_csv(io.BytesIO(b), infer_schema=False) for b in files.values()]),
            contract.tables[table],
            null_tokens=contract.null_tokens,
        )
        for table, files in source.batches(months).items()
    }


def valid(checked: dict[str, Checked]) -> dict[str, pl.DataFrame]:
    return {table: result.valid.drop("_row") for table, result in checked.items()}


@pytest.fixture(scope="session")
def checked(spec: ModelSpec) -> dict[str, Checked]:
    """January to June."""
    return landed(spec, range(1, 7))


@pytest.fixture(scope="session")
def curated(checked: dict[str, Checked]) -> dict[str, pl.DataFrame]:
    return valid(checked)


@pytest.fixture(scope="session")
def table(spec: ModelSpec, curated: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """Features, key and label of every flight from January to June."""
    return feature_table(spec, curated)


@pytest.fixture(scope="session")
def year(spec: ModelSpec) -> pl.DataFrame:
    """Features, key and label of every flight of the year, as the platform makes them."""
    return feature_table(spec, valid(landed(spec, range(1, 13))))


@pytest.fixture(scope="session")
def live(spec: ModelSpec, year: pl.DataFrame) -> pl.DataFrame:
    """July to December, answered by the champion, which learned from January to June."""
    champion = fitted(spec, year.filter(pl.col("day") < LIVE))
    return answered(champion, year.filter(pl.col("day") >= LIVE), "champion")
