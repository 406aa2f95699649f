"""The training run of the diabetes model, on the rows that scikit-learn carries."""

from __future__ import annotations

import polars as pl
from sklearn.datasets import load_diabetes

from ml.development.split import split_by_hash
from tests.ml.conftest import Account
from tests.ml.steps.training_run import TrainingRun

TABLE = {"name": "patients", "uri": "s3://lake/curated/patients", "version": 3}


class Run(TrainingRun):
    """The training run of the diabetes model in an emulated account."""

    def __init__(self, account: Account, run: str) -> None:
        split = split_by_hash(patients(), keys=["key_patient"], fraction=0.25, seed=7)
        super().__init__(
            account,
            run,
            model="diabetes",
            table=TABLE,
            training=split.training,
            holdout=split.holdout,
        )


def patients() -> pl.DataFrame:
    """All rows, as the step `features` leaves them."""
    data = load_diabetes()
    values = {n: data.data[:, i].astype("float32") for i, n in enumerate(data.feature_names)}
    count = len(data.target)
    return pl.DataFrame(values).with_columns(
        pl.Series("label", data.target), pl.Series("key_patient", [f"p{i}" for i in range(count)])
    )
