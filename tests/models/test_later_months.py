"""Half a year after it learned, the model still beats the rate that it replaces."""

import polars as pl
import pytest
from sklearn.metrics import average_precision_score, roc_auc_score

from ml.development.baseline import fit_baseline
from ml.spec import ModelSpec
from tests.models.fitting import LIVE

pytestmark = pytest.mark.slow

MEASURED = {
    7: (0.789, 0.569),
    8: (0.771, 0.486),
    9: (0.768, 0.401),
    10: (0.732, 0.332),
    11: (0.724, 0.279),
    12: (0.753, 0.517),
}
"""ROC AUC and average precision by month, once measured; training noise is about .005."""
SLACK = 0.015


@pytest.fixture(scope="module")
def judged(spec: ModelSpec, year: pl.DataFrame, live: pl.DataFrame) -> pl.DataFrame:
    """July to December with the model's answer and the rate of January to June."""
    learned = year.filter(pl.col("day") < LIVE)
    rate = fit_baseline(learned, columns=spec.gates.baseline, label="label")
    return live.with_columns(rate=pl.Series(rate.score(live))).filter(
        pl.col("label").is_not_null()
    )


@pytest.mark.parametrize("month", MEASURED)
def test_no_later_month_falls_below_what_was_measured(judged: pl.DataFrame, month: int) -> None:
    rows = judged.filter(pl.col("day").dt.month() == month)
    area, precision = MEASURED[month]
    assert roc_auc_score(rows["label"], rows["score"]) > area - SLACK
    assert average_precision_score(rows["label"], rows["score"]) > precision - SLACK


@pytest.mark.parametrize("month", MEASURED)
def test_every_later_month_is_told_better_than_by_carrier_and_hour(
    judged: pl.DataFrame, month: int
) -> None:
    rows = judged.filter(pl.col("day").dt.month() == month)
    for metric in (roc_auc_score, average_precision_score):
        assert metric(rows["label"], rows["score"]) - metric(rows["label"], rows["rate"]) > 0.03


def test_its_mean_answer_follows_the_seasons(judged: pl.DataFrame) -> None:
    """The calm autumn and the December break: an answer is a probability, not only a rank."""
    means = judged.group_by(pl.col("day").dt.month()).agg(pl.col("score", "label").mean())
    assert means.height == len(MEASURED)
    assert (means["score"] - means["label"]).abs().to_numpy().max() < 0.04
