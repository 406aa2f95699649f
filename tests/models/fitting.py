"""Fits a model folder's estimator by its spec, and answers with it as a server would."""

from datetime import date

import polars as pl

from ml.development.train import TrainedModel, load_build, train
from ml.spec import ModelSpec

LIVE = date(2013, 7, 1)
"""The day from which on a champion that learned from January to June answers."""


def fitted(spec: ModelSpec, training: pl.DataFrame) -> TrainedModel:
    return train(
        training,
        load_build(spec.folder, spec.estimator.function),
        columns=spec.features.columns,
        label="label",
        task=spec.estimator.task,
        seed=spec.estimator.seed,
        parameters=spec.estimator.parameters,
    )


def answered(model: TrainedModel, rows: pl.DataFrame, package: str) -> pl.DataFrame:
    """What the endpoint would have captured, with the labels that arrived later."""
    return rows.with_columns(
        pl.Series("score", model.score(rows)),
        pl.col("label").cast(pl.Float64),
        version=pl.lit(package),
        package_digest=pl.lit(package),
    )
