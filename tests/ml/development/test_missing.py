"""An input may be missing exactly if the model that is served answers without it."""

import numpy as np
import polars as pl
import pytest
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import Ridge
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OneHotEncoder

from ml.deployment.predictors import describe_inputs
from ml.development.metrics import Floats
from ml.development.missing import indispensable
from ml.development.train import score

COLUMNS = {"age": "number", "weight": "number", "ward": "text"}
ROWS = pl.DataFrame(
    {
        "age": pl.Series(np.linspace(20, 80, 60), dtype=pl.Float32),
        "weight": pl.Series(np.linspace(50, 110, 60)[::-1], dtype=pl.Float32),
        "ward": ["north", "south", "west"] * 20,
    }
)


def fitted(unknown: str = "ignore") -> Pipeline:
    """A model that can do without age, but not without weight."""
    prepared = ColumnTransformer(
        [
            ("filled", SimpleImputer(), ["age"]),
            ("bare", "passthrough", ["weight"]),
            ("ward", OneHotEncoder(handle_unknown=unknown, sparse_output=False), ["ward"]),
        ]
    )
    prepared.set_output(transform="polars")
    target = np.arange(60.0)
    return Pipeline([("prepare", prepared), ("fit", Ridge())]).fit(ROWS, target)


@pytest.mark.parametrize(
    ("unknown", "needed"), [("ignore", ["weight"]), ("error", ["weight", "ward"])]
)
def test_what_the_model_cannot_do_without_is_named(unknown: str, needed: list[str]) -> None:
    model = fitted(unknown)
    assert indispensable(lambda rows: score(model, "regression", rows), ROWS, COLUMNS) == needed


def test_an_answer_that_is_no_number_is_none() -> None:
    def propagating(rows: pl.DataFrame) -> Floats:
        return rows["age"].to_numpy().astype(np.float64)

    assert indispensable(propagating, ROWS, COLUMNS) == ["age"]


def test_what_fails_only_together_is_needed_altogether() -> None:
    def either(rows: pl.DataFrame) -> Floats:
        known = rows.select(pl.min_horizontal("age", "weight").fill_nan(None))["age"]
        if rows["age"].is_nan().all() and rows["weight"].is_nan().all():
            raise ValueError("neither age nor weight")
        return known.fill_null(0.0).to_numpy().astype(np.float64)

    assert indispensable(either, ROWS, COLUMNS) == list(COLUMNS)


def test_callers_are_told_which_inputs_may_be_missing() -> None:
    described = describe_inputs(COLUMNS, "regression", not_nullable=["weight"])
    assert {field["name"]: field["nullable"] for field in described["inputs"]} == {
        "age": True,
        "weight": False,
        "ward": True,
    }
