"""The bytes of a model do not depend on how many threads the machine gave to its fit."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from sklearn.utils._openmp_helpers import _openmp_effective_n_threads
from threadpoolctl import threadpool_limits

from ml.canonical import digest_of
from ml.deployment.formats import dump_model
from ml.development.train import load_build, train
from ml.spec import ModelSpec, load_model

ROWS = 1000


def rows_for(spec: ModelSpec) -> pl.DataFrame:
    """Rows of a model's features, and a label that its numbers tell something about."""
    generator = np.random.default_rng(3)
    columns = {
        name: generator.normal(size=ROWS).astype("f4")
        if kind == "number"
        else generator.choice(["AA", "B6", "UA"], ROWS)
        for name, kind in spec.features.columns.items()
    }
    numbers = [columns[name] for name, kind in spec.features.columns.items() if kind == "number"]
    label = np.sum(numbers, axis=0) + generator.normal(size=ROWS)
    if spec.estimator.task == "classification":
        label = (label > 0).astype(float)
    return pl.DataFrame({**columns, "label": label})


@pytest.mark.parametrize(("name", "fewer"), [("flight_delay", {"max_iter": 20}), ("diabetes", {})])
def test_a_fit_on_two_threads_gives_the_bytes_of_a_fit_on_one(
    name: str, fewer: dict[str, Any]
) -> None:
    """Trees share their work out by OpenMP, a regression's sums the linear algebra below it."""
    spec = load_model(Path("models") / name)
    rows, digests = rows_for(spec), []
    for threads in (1, 2):
        # As a machine of so many cores would say, which OMP_NUM_THREADS stands for in a container.
        with threadpool_limits(threads):
            assert _openmp_effective_n_threads() == threads
            model = train(
                rows,
                load_build(spec.folder, spec.estimator.function),
                columns=spec.features.columns,
                label="label",
                task=spec.estimator.task,
                seed=spec.estimator.seed,
                parameters={**spec.estimator.parameters, **fewer},
            )
            digests.append(digest_of(dump_model(model.pipeline)))
    assert digests[0] == digests[1]
