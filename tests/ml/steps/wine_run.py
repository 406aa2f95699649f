"""The training run of a model that tells classes, on wines."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from ml.data.features import feature_table
from ml.data.training_set import training_set
from ml.data.window import Window
from ml.deployment.package import Package
from ml.deployment.signing import PublicKeys
from ml.deployment.store import Folder, fetch_package
from ml.spec import load_model
from tests.ml.conftest import Account
from tests.ml.steps.training_run import TrainingRun

TABLE = {"name": "wines", "uri": "s3://lake/curated/wines", "version": 3}


class WineRun(TrainingRun):
    """The training run of the model folder `models/wine` below the working directory."""

    def __init__(self, account: Account, run: str, rows: pl.DataFrame) -> None:
        spec = load_model(Path("models/wine"))
        cut = training_set(spec, feature_table(spec, {"wines": rows}), Window())
        super().__init__(
            account, run, model="wine", table=TABLE, training=cut.training, holdout=cut.holdout
        )

    def whole(self, champion: str = "none", *more: str) -> None:
        """From training to a package."""
        self.judge(champion, *more)
        self.package()

    def opened(self, cache: Path) -> Package:
        """Its package, verified."""
        keys = PublicKeys.from_kms(self.account.kms, [self.account.key_arn])
        return fetch_package(Folder.at(self.account.s3, self.uri), cache, keys, model="wine")
