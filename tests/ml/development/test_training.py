"""A fit depends on rows, parameters and seed only; rows that cannot teach are refused."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from sklearn.compose import ColumnTransformer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder

from ml.deployment.formats import dump_model
from ml.development.baseline import fit_baseline
from ml.development.inputs import InputError, model_inputs, tensors
from ml.development.train import TrainedModel, TrainError, load_build, score, train
from models.flight_delay.estimator import build

COLUMNS = {"carrier": "text", "wind": "number"}


def flights(rows: int = 400) -> pl.DataFrame:
    generator = np.random.default_rng(1)
    carrier = generator.choice(["AA", "UA", "B6"], rows)
    wind = generator.normal(size=rows)
    late = (wind + (carrier == "B6") + generator.normal(size=rows) > 1).astype(int)
    return pl.DataFrame({"wind": wind, "carrier": carrier, "label": late})


def build_classes(columns: Mapping[str, str], seed: int) -> Pipeline:
    encode = ColumnTransformer([("encode", OneHotEncoder(handle_unknown="ignore"), ["carrier"])])
    return make_pipeline(encode, LogisticRegression(random_state=seed))


def fit_classes(frame: pl.DataFrame) -> TrainedModel:
    return train(
        frame,
        build_classes,
        columns=COLUMNS,
        label="label",
        task="multiclass",
        seed=7,
        parameters={},
    )


def fit(frame: pl.DataFrame, seed: int = 7) -> TrainedModel:
    return train(
        frame,
        build,
        columns=COLUMNS,
        label="label",
        task="classification",
        seed=seed,
        parameters={"max_iter": 20},
    )


def test_the_same_rows_and_seed_give_the_same_bytes() -> None:
    first, again = fit(flights()), fit(flights())
    assert dump_model(first.pipeline) == dump_model(again.pipeline)
    assert dump_model(fit(flights(), seed=8).pipeline) != dump_model(first.pipeline)


def test_rows_without_a_label_are_left_out() -> None:
    labelled = flights()
    cancelled = labelled.with_columns(pl.lit(None, pl.Int64).alias("label"))
    model = fit(pl.concat([labelled, cancelled]))
    assert model.rows == len(labelled)
    assert np.array_equal(model.score(labelled), fit(labelled).score(labelled))


def test_the_order_of_columns_in_the_table_does_not_matter() -> None:
    frame = flights()
    assert np.array_equal(
        fit(frame).score(frame), fit(frame.select("label", "carrier", "wind")).score(frame)
    )


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        ([], "0 labelled rows; at least 50"),
        ([1], "1 labelled rows; at least 50"),
        ([1] * 100, "every label is 1; nothing can be learned"),
        ([0, 1] * 10, "20 labelled rows; at least 50"),
        ([0, 1, 2, 3] * 30, "labels must be 0 or 1, found"),
    ],
)
def test_rows_that_cannot_teach_are_refused(labels: list[int], message: str) -> None:
    frame = flights(len(labels)).with_columns(pl.Series("label", labels))
    with pytest.raises(TrainError, match=message):
        fit(frame)


def test_features_that_never_change_teach_the_share_of_the_label_and_no_more() -> None:
    frame = flights().with_columns(wind=pl.lit(1.0), carrier=pl.lit("AA"))
    said = score(fit(frame).pipeline, "classification", model_inputs(frame, COLUMNS))
    assert np.unique(said).size == 1
    assert said[0] == pytest.approx(frame["label"].mean(), abs=0.02)


def test_classes_are_what_training_shows_and_scores_have_a_column_each() -> None:
    labels = ["rainy", "dry", "rainy", None, "foggy"] * 30
    frame = flights(len(labels)).with_columns(pl.Series("label", labels))
    model = fit_classes(frame)
    assert model.classes == ("dry", "foggy", "rainy")
    assert model.rows == 120
    scores = model.score(frame)
    assert scores.shape == (150, 3)
    assert scores.sum(axis=1) == pytest.approx(np.ones(150))


def test_one_class_only_is_refused_by_its_name() -> None:
    frame = flights(80).with_columns(label=pl.lit("rainy"))
    with pytest.raises(TrainError, match="every label is rainy; nothing can be learned"):
        fit_classes(frame)


def test_a_missing_column_is_named() -> None:
    with pytest.raises(InputError, match="columns missing: wind; the rows have carrier, label"):
        fit(flights().drop("wind"))


def test_inputs_are_float32_with_nan_and_text_without_nulls() -> None:
    frame = pl.DataFrame({"wind": [1.0, None], "carrier": [None, "AA"], "more": [1, 2]})
    inputs = model_inputs(frame, COLUMNS)
    assert inputs.columns == ["carrier", "wind"]
    assert inputs["wind"].dtype == pl.Float32
    assert np.isnan(inputs["wind"][1])
    assert inputs["carrier"].to_list() == ["", "AA"]
    assert tensors(inputs)["wind"].shape == (2, 1)
    assert tensors(inputs)["carrier"].dtype == object


def test_a_folder_without_the_function_is_told_so(tmp_path: Path) -> None:
    with pytest.raises(TrainError, match=r"estimator.py: file is missing"):
        load_build(tmp_path, "build")
    (tmp_path / "estimator.py").write_text("build = 3\n")
    with pytest.raises(TrainError, match="no function 'build'"):
        load_build(tmp_path, "build")


def test_the_baseline_is_the_mean_of_the_group_and_of_everything_for_unknown_groups() -> None:
    frame = pl.DataFrame(
        {"carrier": ["AA", "AA", None, "UA"], "hour": [1, 1, 1, 2], "label": [1, 0, 1, None]}
    )
    baseline = fit_baseline(frame, columns=["carrier", "hour"], label="label")
    asked = pl.DataFrame({"carrier": ["ZZ", "AA", None], "hour": [1, 1, 1]})
    assert baseline.score(asked).tolist() == pytest.approx([2 / 3, 0.5, 1.0])
    overall = fit_baseline(frame, columns=[], label="label")
    assert overall.score(asked).tolist() == pytest.approx([2 / 3] * 3)


def test_the_baseline_of_classes_is_how_often_each_came_in_the_group() -> None:
    frame = pl.DataFrame({"hour": [1, 1, 1, 2], "label": ["a", "b", "b", "a"]})
    baseline = fit_baseline(frame, columns=["hour"], label="label", classes=("a", "b"))
    told = baseline.score(pl.DataFrame({"hour": [1, 2, 3]}))
    # Three rows and one made of all; class b is rare in hour 2, not impossible.
    assert told[0].tolist() == pytest.approx([1.5 / 4, 2.5 / 4])
    assert told[1].tolist() == pytest.approx([1.5 / 2, 0.5 / 2])
    assert told[2].tolist() == pytest.approx([0.5, 0.5])
    overall = fit_baseline(frame, columns=[], label="label", classes=("a", "b"))
    assert overall.score(frame).tolist() == [[0.5, 0.5]] * 4
