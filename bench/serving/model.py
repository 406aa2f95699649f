"""The one small tabular model that every server in the comparison answers with."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import polars as pl
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.pipeline import make_pipeline

from ml.deployment.exchange import export_if_equal
from ml.deployment.formats import dump_model
from ml.deployment.predictors import EXCHANGE, INPUTS, MODEL, describe_inputs
from ml.development.inputs import NUMBER

COLUMNS = {f"x{index}": NUMBER for index in range(10)}
ROWS = 4_000


def make_model(folder: Path) -> None:
    """Fit the model and write it as a package would hold it."""
    generator = np.random.default_rng(11)
    frame = pl.DataFrame({name: generator.normal(size=ROWS).astype("f4") for name in COLUMNS})
    label = (frame["x0"] + frame["x1"] * frame["x2"] > 0.3).to_numpy()
    pipeline = make_pipeline(
        ColumnTransformer([("numbers", "passthrough", list(COLUMNS))]),
        HistGradientBoostingClassifier(max_iter=50, random_state=11),
    ).fit(frame, label)
    exchange, equality = export_if_equal(pipeline, "classification", COLUMNS, frame)
    if exchange is None:
        raise RuntimeError(f"the exported model differs: {equality.reason}")
    (folder / MODEL).write_bytes(dump_model(pipeline))
    (folder / EXCHANGE).write_bytes(exchange)
    described = describe_inputs(COLUMNS, "classification")
    (folder / INPUTS).write_text(json.dumps(described))
