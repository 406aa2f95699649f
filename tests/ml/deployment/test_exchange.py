"""ONNX is shipped where it answers like the original everywhere, and nowhere else."""

import numpy as np
import polars as pl
import pytest
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OrdinalEncoder

from ml.deployment.exchange import (
    export,
    export_if_equal,
    hard_rows,
    measure_equality,
    score_onnx,
    session,
)
from ml.development.inputs import model_inputs
from ml.development.train import score
from models.diabetes.estimator import build as build_diabetes
from models.flight_delay.estimator import build as build_flights

COLUMNS = {"carrier": "text", "wind": "number", "rate": "number"}
TASK = "classification"


def flights(rows: int = 3000, seed: int = 0) -> tuple[pl.DataFrame, np.ndarray]:
    generator = np.random.default_rng(seed)
    carrier = generator.choice(["AA", "UA", "B6", "EV", "WN", "DL"], rows)
    wind = generator.normal(size=rows)
    wind[::17] = np.nan
    late = np.nan_to_num(wind) + np.isin(carrier, ["B6", "WN"]) + generator.normal(size=rows) > 1
    frame = pl.DataFrame({"carrier": carrier, "wind": wind, "rate": generator.random(rows)})
    return model_inputs(frame, COLUMNS), late.astype(int)


def test_the_flights_pipeline_is_shipped_with_its_measurement() -> None:
    rows, late = flights()
    pipeline = build_flights(COLUMNS, seed=1, max_iter=30).fit(rows, late)
    content, equality = export_if_equal(pipeline, TASK, COLUMNS, rows)
    assert content is not None
    assert equality.equal
    assert equality.rows > len(rows)
    assert equality.largest_difference is not None
    assert equality.largest_difference < 1e-5


def test_a_native_categorical_model_converts_but_is_not_shipped() -> None:
    rows, late = flights()
    encode = ColumnTransformer(
        [
            (
                "text",
                OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1),
                ["carrier"],
            )
        ],
        remainder="passthrough",
    )
    trees = HistGradientBoostingClassifier(
        categorical_features=[0], max_iter=30, min_samples_leaf=5, random_state=0
    )
    pipeline = Pipeline([("encode", encode), ("classify", trees)]).fit(rows, late)
    assert export(pipeline, COLUMNS)  # the converter sees nothing wrong
    content, equality = export_if_equal(pipeline, TASK, COLUMNS, rows)
    assert content is None
    assert not equality.equal
    assert "labels changed" in equality.reason or "largest difference" in equality.reason


def test_a_threshold_between_neighbouring_numbers_sends_both_the_right_way() -> None:
    # Half way between two neighbours in float32 there is no float32 number.
    low = np.float32(1 / 3)
    pairs = [np.float32(low)]
    for _ in range(40):
        pairs.append(np.nextafter(pairs[-1], np.float32(1)))
    values = np.tile(np.array(pairs, dtype=np.float32), 100)
    rows = pl.DataFrame({"rate": values})
    labels = (np.searchsorted(pairs, values) % 2).astype(int)
    columns = {"rate": "number"}
    pipeline = build_flights(columns, seed=1, max_iter=20, min_samples_leaf=5).fit(rows, labels)
    content, equality = export_if_equal(pipeline, TASK, columns, rows)
    assert content is not None, equality.reason


def test_exporting_leaves_the_original_as_it_was() -> None:
    rows, late = flights()
    pipeline = build_flights(COLUMNS, seed=1, max_iter=10).fit(rows, late)
    before = score(pipeline, TASK, rows)
    export(pipeline, COLUMNS)
    assert np.array_equal(score(pipeline, TASK, rows), before)


def test_another_models_graph_is_not_equal() -> None:
    rows, late = flights()
    first = build_flights(COLUMNS, seed=1, max_iter=10).fit(rows, late)
    second = build_flights(COLUMNS, seed=1, max_iter=40).fit(rows, late)
    equality = measure_equality(first, TASK, export(second, COLUMNS), rows)
    assert not equality.equal
    assert equality.largest_difference is not None
    assert equality.largest_difference > 1e-3


def test_a_regression_is_compared_on_the_scale_of_its_values() -> None:
    generator = np.random.default_rng(0)
    columns = {"bmi": "number", "bp": "number"}
    rows = model_inputs(
        pl.DataFrame({"bmi": generator.normal(size=200), "bp": generator.normal(size=200)}),
        columns,
    )
    target = 1000 * rows["bmi"].to_numpy() + generator.normal(size=200)
    pipeline = build_diabetes(columns, seed=1).fit(rows, target)
    content, equality = export_if_equal(pipeline, "regression", columns, rows)
    assert content is not None, equality.reason
    assert np.allclose(
        score_onnx(session(content), "regression", rows),
        score(pipeline, "regression", rows),
        atol=1e-2,
    )


def test_a_model_that_cannot_be_converted_only_loses_the_faster_form() -> None:
    class Odd:
        def predict_proba(self, rows: pl.DataFrame) -> np.ndarray:
            return np.zeros((len(rows), 2))

    rows, _ = flights(10)
    content, equality = export_if_equal(Odd(), TASK, COLUMNS, rows)
    assert content is None
    assert equality.reason.startswith("export failed: ")


def test_the_hard_rows_hold_unknown_texts_missing_values_and_all_of_them_at_once() -> None:
    rows, _ = flights(5)
    extra = hard_rows(rows, COLUMNS)[len(rows) :]
    assert len(extra) == 6
    assert "a text no training row has" in extra["carrier"].to_list()
    assert extra.row(-1)[0] == ""
    assert np.isnan(extra.row(-1)[1:]).all()


@pytest.mark.parametrize("count", [1, 7])
def test_answers_do_not_depend_on_how_many_are_asked_at_once(count: int) -> None:
    rows, late = flights()
    pipeline = build_flights(COLUMNS, seed=1, max_iter=10).fit(rows, late)
    running = session(export(pipeline, COLUMNS))
    together = score_onnx(running, TASK, rows.head(21))
    parts = [score_onnx(running, TASK, rows.slice(i, count)) for i in range(0, 21, count)]
    assert np.array_equal(np.concatenate(parts), together)
