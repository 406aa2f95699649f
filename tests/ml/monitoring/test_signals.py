"""A week's figures are those of its rows, and a figure that the rows cannot give is left out."""

from __future__ import annotations

from dataclasses import replace

import polars as pl
import pytest
from sklearn.metrics import mean_squared_error, roc_auc_score

from ml.monitoring.signals import summarise
from tests.ml.monitoring.answers import SUBJECT, answers, week


def test_every_figure_is_what_its_name_says() -> None:
    frame = answers(800, labelled=0.7)
    summary = summarise(week(0), frame, SUBJECT)
    known = frame.filter(pl.col("label").is_not_null())
    assert (summary.rows, summary.labelled) == (800, known.height)
    assert summary.coverage == known.height / 800
    values = summary.values
    assert values["mean_prediction", ""] == pytest.approx(frame["score"].mean())
    assert values["label_rate", ""] == pytest.approx(known["label"].mean())
    assert values["label_coverage", ""] == summary.coverage
    assert values["performance", "roc_auc"] == pytest.approx(
        roc_auc_score(known["label"], known["score"])
    )
    assert values["missing", "town"] == pytest.approx((frame["town"] == "").mean())
    assert values["missing", "speed"] == 0
    assert set(summary.counts["columns"]) == {"speed", "town", "output_probability"}


def test_without_labels_there_is_no_figure_about_outcomes() -> None:
    values = summarise(week(0), answers(labelled=0.0), SUBJECT).values
    assert {signal for signal, _ in values} == {"mean_prediction", "label_coverage", "missing"}
    assert values["label_coverage", ""] == 0


def test_one_outcome_only_has_a_rate_and_no_performance() -> None:
    frame = answers().with_columns(label=pl.lit(0.0))
    signals = {key[0] for key in summarise(week(0), frame, SUBJECT).values}
    assert "label_rate" in signals
    assert "performance" not in signals


def test_a_feature_that_stopped_arriving_is_missing_whether_null_or_nan() -> None:
    for nothing in (None, float("nan")):
        frame = answers().with_columns(speed=pl.lit(nothing, pl.Float64), town=pl.lit(None))
        values = summarise(week(0), frame, SUBJECT).values
        assert (values["missing", "speed"], values["missing", "town"]) == (1, 1)


def test_the_versions_that_answered_are_told_by_how_much() -> None:
    frame = pl.concat([answers(100, version="9"), answers(300, version="10")])
    summary = summarise(week(0), frame, SUBJECT)
    assert (summary.versions, summary.package) == ("10,9", "sha256:10")


def test_quantities_have_an_error_and_a_mean() -> None:
    frame = answers().with_columns(score=pl.col("score") * 100, label=pl.col("label") * 100)
    regression = replace(SUBJECT, task="regression", metric="rmse")
    values = summarise(week(0), frame, regression).values
    error = mean_squared_error(frame["label"], frame["score"]) ** 0.5
    assert values["performance", "rmse"] == pytest.approx(error)
    assert values["label_rate", ""] == pytest.approx(frame["label"].mean())
