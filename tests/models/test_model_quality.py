"""The reference models are honestly better than the rule they replace, on rows they never saw."""

import io
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from sklearn.metrics import average_precision_score, mean_absolute_error, roc_auc_score

from ml.data.contract import load_contract
from ml.data.features import feature_table
from ml.data.quality import check
from ml.data.training_set import training_set
from ml.data.window import Window
from ml.spec import ModelSpec, load_model
from models.diabetes import source as diabetes_source
from tests.models.fitting import fitted

pytestmark = pytest.mark.slow


def test_late_flights_of_later_months_are_told_far_better_than_by_carrier_and_hour(
    spec: ModelSpec, table: pl.DataFrame
) -> None:
    """January to April teach, May and June judge; measured .80 against .685 (AUC)."""
    cut = training_set(spec, table, Window(end=date(2013, 7, 1)), holdout_days=61)
    assert cut.training["day"].max() == date(2013, 4, 30)
    judged = cut.holdout.filter(pl.col("label").is_not_null())
    by = list(spec.gates.baseline)
    rates = cut.training.group_by(by).agg(rate=pl.col("label").mean())
    overall = cut.training["label"].mean()
    baseline = judged.join(rates, on=by, how="left", maintain_order="left")["rate"]
    usual = baseline.fill_null(overall)
    scores = fitted(spec, cut.training).score(judged)
    area, precision = (
        (metric(judged["label"], scores), metric(judged["label"], usual))
        for metric in (roc_auc_score, average_precision_score)
    )
    assert area[0] > 0.79
    assert area[0] - area[1] > 0.10
    assert precision[0] > 0.51
    assert precision[0] - precision[1] > 0.15


def test_progression_is_estimated_better_than_by_its_mean() -> None:
    spec = load_model(Path("models/diabetes"))
    contract = load_contract(spec.contract_path)
    ((_, body),) = diabetes_source.batches()["patients"].items()
    landed = pl.read_csv(io.BytesIO(body), infer_schema=False)
    patients = check(landed, contract.tables["patients"]).valid
    cut = training_set(spec, feature_table(spec, {"patients": patients}), Window())
    scores = fitted(spec, cut.training).score(cut.holdout)
    usual = [cut.training["label"].mean()] * cut.holdout.height
    error = mean_absolute_error(cut.holdout["label"], scores)
    assert error < spec.gates.primary.minimum
    assert mean_absolute_error(cut.holdout["label"], usual) - error > 10
