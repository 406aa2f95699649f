"""Every model folder's estimator fits with its spec's parameters, and repeats."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from ml.deployment.exchange import export_if_equal
from ml.deployment.formats import dump_model, load_model
from ml.development.inputs import model_inputs
from ml.development.train import load_build, train
from ml.spec import ModelSpec, load_models

SPECS = load_models(Path("models"))


def rows(spec: ModelSpec, count: int = 600) -> pl.DataFrame:
    """Random rows in which the first number decides."""
    generator = np.random.default_rng(0)
    columns = {
        name: generator.choice(["AA", "B6", "UA"], count)
        if kind == "text"
        else generator.normal(size=count).astype(np.float32)
        for name, kind in spec.features.columns.items()
    }
    first = next(name for name, kind in spec.features.columns.items() if kind == "number")
    signal = columns[first] + 0.3 * generator.normal(size=count)
    columns[first][::9] = np.nan
    label = signal > 0 if spec.estimator.task == "classification" else signal
    return pl.DataFrame(columns).with_columns(pl.Series("label", label.astype(float)))


@pytest.mark.parametrize("spec", SPECS.values(), ids=SPECS)
def test_it_fits_repeats_survives_skops_and_exports_equal(spec: ModelSpec) -> None:
    frame = rows(spec)
    arguments = {
        "columns": spec.features.columns,
        "label": "label",
        "task": spec.estimator.task,
        "seed": spec.estimator.seed,
        "parameters": spec.estimator.parameters,
    }
    build = load_build(spec.folder, spec.estimator.function)
    model = train(frame, build, **arguments)  # type: ignore[arg-type]
    content = dump_model(model.pipeline)
    assert dump_model(train(frame, build, **arguments).pipeline) == content  # type: ignore[arg-type]
    inputs = model_inputs(frame, spec.features.columns)
    assert np.corrcoef(model.score(frame), frame["label"].to_numpy())[0, 1] > 0.6
    loaded = load_model(content)
    predict = "predict_proba" if spec.estimator.task == "classification" else "predict"
    assert np.array_equal(
        getattr(loaded, predict)(inputs), getattr(model.pipeline, predict)(inputs)
    )
    _, equality = export_if_equal(
        model.pipeline, spec.estimator.task, spec.features.columns, inputs
    )
    assert equality.equal, equality.reason


@pytest.mark.parametrize("spec", SPECS.values(), ids=SPECS)
def test_the_searched_parameters_are_parameters_of_the_estimator(spec: ModelSpec) -> None:
    build = load_build(spec.folder, spec.estimator.function)
    for name, values in spec.estimator.search.items():
        for value in values:
            build(columns=dict(spec.features.columns), seed=1, **{name: value})
