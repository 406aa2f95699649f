"""A request and a table with the same rows get the same numbers, with and without ONNX."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.compose import ColumnTransformer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder

from ml.deployment.exchange import export, session
from ml.deployment.predictors import PackagedPredictor
from ml.deployment.server.predictor import Field

TEXTS = ["a", "b", ""]


@pytest.fixture(scope="module")
def predictor() -> PackagedPredictor:
    frame = pl.DataFrame(
        {
            "number": np.linspace(-1, 1, 60, dtype=np.float32),
            "text": TEXTS * 20,
        }
    )
    columns = {"number": "number", "text": "text"}
    pipeline = make_pipeline(
        ColumnTransformer(
            [
                ("number", "passthrough", ["number"]),
                ("text", OneHotEncoder(handle_unknown="ignore"), ["text"]),
            ]
        ),
        LogisticRegression(),
    ).fit(frame, np.arange(60) % 3 == 0)
    return PackagedPredictor(
        inputs=(
            Field(name="number", datatype="FP32"),
            Field(name="text", datatype="BYTES", nullable=True),
        ),
        outputs=(Field(name="probability", datatype="FP64"),),
        task="classification",
        pipeline=pipeline,
        running=session(export(pipeline, columns)),
    )


@settings(max_examples=60, deadline=None)
@given(
    rows=st.lists(
        st.tuples(st.floats(-1e3, 1e3, width=32), st.sampled_from([*TEXTS, "new", None])),
        min_size=1,
        max_size=5,
    )
)
def test_all_ways_agree(
    predictor: PackagedPredictor, rows: list[tuple[float, str | None]]
) -> None:
    numbers, texts = zip(*rows, strict=True)
    columns = {
        "number": np.array(numbers, dtype=np.float32),
        "text": np.array(texts, dtype=object),
    }
    frame = pl.DataFrame({"number": numbers, "text": pl.Series(texts, dtype=pl.String)})
    asked = predictor.predict(columns)["probability"]
    assert (asked == predictor.score(frame)).all()
    without = replace(predictor, running=None).predict(columns)["probability"]
    assert np.abs(asked - without).max() < 1e-5
