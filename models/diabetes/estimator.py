"""The diabetes pipeline: a ridge regression, because 442 patients carry no more than that."""

from collections.abc import Mapping

from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import Ridge
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler


def build(columns: Mapping[str, str], seed: int, alpha: float = 1.0) -> Pipeline:
    """An unfitted pipeline over float32 numbers; a missing value counts as the median."""
    numbers = [name for name, kind in columns.items() if kind == "number"]
    return Pipeline(
        [
            ("select", ColumnTransformer([("numbers", "passthrough", numbers)])),
            ("impute", SimpleImputer(strategy="median")),
            ("scale", StandardScaler()),
            ("fit", Ridge(alpha=alpha, random_state=seed)),
        ]
    )
