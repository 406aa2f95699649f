"""The reference model's real tables, read once; and small ones that a test can write by hand."""

import io
from pathlib import Path

import polars as pl
import pytest

from ml.data.contract import load_contract
from ml.data.quality import Checked, check
from ml.spec import ModelSpec, load_model
from models.flight_delay import source


@pytest.fixture(scope="session")
def spec() -> ModelSpec:
    return load_model(Path("models/flight_delay"))


@pytest.fixture(scope="session")
def checked(spec: ModelSpec) -> dict[str, Checked]:
    """January to June, each table checked as one batch."""
    contract = load_contract(spec.contract_path)
    return {
        table: check(
            pl.concat([pl.read_csv(io.BytesIO(b), infer_schema=False) for b in files.values()]),
            contract.tables[table],
            null_tokens=contract.null_tokens,
        )
        for table, files in source.batches(range(1, 7)).items()
    }


@pytest.fixture(scope="session")
def curated(checked: dict[str, Checked]) -> dict[str, pl.DataFrame]:
    return {table: result.valid.drop("_row") for table, result in checked.items()}
