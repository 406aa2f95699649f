"""A fit depends on rows, parameters and seed only; rows that cannot teach are refused."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from ml.deployment.formats import dump_model
from ml.development.baseline import fit_baseline
from ml.development.inputs import InputError, model_inputs, tensors
from ml.development.train import TrainedModel, TrainError, load_build, train
from models.flight_delay.estimator import build

COLUMNS = {"carrier": "text", "wind": "number"}


def flights(rows: int = 400) -> pl.DataFrame:
    generator = np.random.default_rng(1)
    carrier = generator.choice(["AA", "UA", "B6"], rows)
    wind = generator.normal(size=rows)
    late = (wind + (carrier == "B6") + generator.normal(size=rows) > 1).astype(int)
    return pl.DataFrame({"wind": wind, "carrier": carrier, "label": late})


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
        ([1] * 100, "every label is 1; nothing can be learned"),
        ([0, 1] * 10, "20 labelled rows; at least 50"),
        ([0, 1, 2, 3] * 30, "labels must be 0 or 1, found"),
    ],
)
def test_rows_that_cannot_teach_are_refused(labels: list[int], message: str) -> None:
    frame = flights(len(labels)).with_columns(pl.Series("label", labels))
    with pytest.raises(TrainError, match=message):
        fit(frame)


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
