"""A file that lands later is read by the rules that the first one gave, and no others."""

from __future__ import annotations

import io
from pathlib import Path

import polars as pl
import pytest

from ml.data.contract import load_contract
from ml.data.ingest import ingest
from ml.data.lakehouse import Lakehouse
from ml.data.store import Store
from modelyard.onboarding.making import make_model
from modelyard.onboarding.request import Request
from modelyard.onboarding.source import load_source
from modelyard.onboarding.user_made import batches_of
from tests.modelyard.onboarding.files import csv_text, labelled

pytestmark = pytest.mark.slow

ROWS = 300
NAMES = "x,weight,answer,visits,y"


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout with a model of weights in kg, refused answers and visits as floats."""
    (tmp_path / "models").mkdir()
    file = tmp_path / "first.csv"
    columns = labelled(
        ROWS,
        weight=lambda n: f"{n % 60 + 40}.5 kg",
        answer=lambda n: "refused" if n % 30 == 0 else n % 47,
        visits=lambda n: "" if n % 30 == 1 else f"{n % 50}.0",
    )
    file.write_text(csv_text(columns, ROWS))
    request = Request(model="clinic", file=file, label="y", key=("none",))
    make_model(tmp_path, request, force=False)
    return tmp_path


def later(checkout: Path, *lines: str) -> Path:
    file = checkout / "later.csv"
    file.write_text("\n".join([NAMES, *lines]) + "\n")
    return file


def landed(checkout: Path, *lines: str) -> list[dict[str, str | None]]:
    """The rows of a later file, as they land."""
    ((_, body),) = batches_of(checkout, "clinic", file=later(checkout, *lines))
    return pl.read_csv(io.BytesIO(body), infer_schema=False).drop("row_id").to_dicts()


def test_the_rules_are_kept_with_the_columns(checkout: Path) -> None:
    source = load_source(checkout / "models" / "clinic")
    assert source is not None
    kinds = {each.name: each.kind for each in source.columns}
    assert kinds["weight"].unit == "kg"
    assert kinds["answer"].missing == ("refused",)
    assert kinds["visits"].logical == "integer"


def test_words_units_and_whole_numbers_are_read_as_before(checkout: Path) -> None:
    row, other = landed(checkout, "1,70.25kg,REFUSED,12.0,yes", "2,70,5.0,12,no")
    assert row == {"x": "1", "weight": "70.25", "answer": None, "visits": "12", "y": "yes"}
    assert other == {"x": "2", "weight": "70.0", "answer": "5", "visits": "12", "y": "no"}


def test_rows_outside_the_rules_go_to_quarantine(checkout: Path) -> None:
    lines = (
        "1,70 kg,5,12.0,yes",
        "2,70 lb,5,12,yes",
        "3,70 kg,declined,12,yes",
        "4,70 kg,5,12.5,yes",
        "5,€ 70,5,12,yes",
    )
    assert [row["weight"] for row in landed(checkout, *lines)][1] == "70 lb"
    lake, store = Lakehouse(str(checkout / "lake")), Store(str(checkout / "lake"))
    for name, body in batches_of(checkout, "clinic", file=checkout / "later.csv"):
        store.put(f"landing/clinic/{name}", body)
    contract = load_contract(checkout / "models" / "clinic" / "contract.yaml")
    ingest(lake, store, contract, ("clinic",))
    assert lake.read("curated/clinic").frame["x"].to_list() == [1]
