"""Each row of a request gets its own features, or the request gets none."""

from pathlib import Path

import polars as pl
import pytest

from ml.data.features import load_features
from ml.data.requests import RequestFeatures
from ml.failures import StepError
from ml.spec import ModelSpec, load_model

FEATURES = '''"""Features of patients."""


def population(tables):
    return tables["patients"]{what}


def build(rows, tables, spec):
    return rows
'''


def model(folder: Path, what: str) -> ModelSpec:
    """The diabetes model with another population."""
    made = folder / "diabetes"
    made.mkdir()
    (made / "features.py").write_text(FEATURES.format(what=what))
    load_features.cache_clear()
    return load_model(Path("models/diabetes")).model_copy(update={"folder": made})


def patients(*names: str) -> pl.DataFrame:
    names_of_features = load_model(Path("models/diabetes")).features.columns
    values = {name: [float(row) for row in range(len(names))] for name in names_of_features}
    return pl.DataFrame({"patient": list(names), **values, "progression": [1.0] * len(names)})


def test_answers_keep_the_order_of_the_request_whatever_the_keys_are(tmp_path: Path) -> None:
    asked = patients("c", "a", "b").drop("progression")
    features = RequestFeatures(model(tmp_path, ""), {"patients": patients("x").head(0)})(asked)
    assert features.keys["patient"].to_list() == ["c", "a", "b"]
    assert features.features["age"].to_list() == [0.0, 1.0, 2.0]
    assert (features.event_times, features.event_days) == (None, None)


@pytest.mark.parametrize("what", ['.order_by("patient")', '.filter(lambda t: t["age"] > 0)'])
def test_a_population_that_moves_or_drops_rows_is_refused(tmp_path: Path, what: str) -> None:
    asked = patients("c", "a", "b").drop("progression")
    served = RequestFeatures(model(tmp_path, what), {"patients": patients("x").head(0)})
    with pytest.raises(StepError, match="must keep every row of patients, in order"):
        served(asked)
