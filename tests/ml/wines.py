"""A multi-class model by hand: wines, whose cultivar is a text and whose colour is a feature."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import yaml
from sklearn.datasets import load_wine

CULTIVARS = np.array(["barbera", "grignolino", "nerello è"])
COLUMNS = {
    "alcohol": "number",
    "malic_acid": "number",
    "flavanoids": "number",
    "proline": "number",
    "colour": "text",
}
SPEC: dict[str, Any] = {
    "problem": {
        "objective": "Tell the cultivar of a wine.",
        "business_metric": "Bottles labelled anew.",
        "current_situation": "Somebody tastes it.",
        "proposed_solution": "A chance per cultivar.",
        "available_data": "178 wines that scikit-learn carries.",
        "requirements": ["An answer in a second."],
        "owner": "cellar@example.org",
    },
    "data": {"tables": ["wines"], "entity_key": ["bottle"], "label": "cultivar"},
    "features": {"columns": COLUMNS},
    "estimator": {
        "task": "multiclass",
        "parameters": {"strength": 1.0},
        "search": {"strength": [0.001, 1.0]},
    },
    "gates": {
        "holdout_fraction": 0.3,
        "minimum_labelled_days": 30,
        "baseline": ["colour"],
        "primary": {"metric": "log_loss", "minimum": 0.5, "margin_over_champion": -0.1},
        "second": {"metric": "macro_f1", "tolerance": 0.1},
        "slices": [{"column": "colour", "minimum_rows": 10, "tolerance": 1.0}],
        "latency_ms": 1000,
    },
}
FEATURES = """
def population(tables):
    return tables["wines"]


def build(rows, tables, spec):
    return rows
"""
ESTIMATOR = """
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler


def build(columns, seed, strength=1.0):
    numbers = [name for name, kind in columns.items() if kind == "number"]
    text = [name for name, kind in columns.items() if kind == "text"]
    scale = make_pipeline(SimpleImputer(), StandardScaler())
    encode = OneHotEncoder(handle_unknown="ignore", sparse_output=False)
    prepare = ColumnTransformer([("numbers", scale, numbers), ("text", encode, text)])
    classify = LogisticRegression(C=strength, random_state=seed)
    return Pipeline([("prepare", prepare), ("classify", classify)])
"""


def wines() -> pl.DataFrame:
    """The curated table: one row per bottle."""
    found = load_wine()
    values = dict(zip(found.feature_names, found.data.T, strict=True))
    colour = np.where(values["color_intensity"] > 4.5, "deep", "pale")
    return pl.DataFrame({name: values[name] for name in list(COLUMNS)[:-1]}).with_columns(
        pl.Series("colour", colour),
        pl.Series("cultivar", CULTIVARS[found.target]),
        pl.Series("bottle", [f"b{number:03d}" for number in range(len(colour))]),
    )


def write_folder(root: Path, **changes: Any) -> Path:
    """The model folder `models/wine` below a root; `changes` replace whole sections."""
    folder = root / "models" / "wine"
    folder.mkdir(parents=True)
    (folder / "model.yaml").write_text(yaml.safe_dump({**SPEC, **changes}, sort_keys=False))
    (folder / "features.py").write_text(FEATURES)
    (folder / "estimator.py").write_text(ESTIMATOR)
    (folder / "contract.yaml").write_text("kind: DataContract\n")
    return folder
