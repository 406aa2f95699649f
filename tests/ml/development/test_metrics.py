"""Metrics are those of scikit-learn, and a weight means so many copies of a row."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics as reference

from ml.development.metrics import METRICS, Floats, MetricError, measure, metric

EXPECTED = {
    "roc_auc": reference.roc_auc_score,
    "average_precision": reference.average_precision_score,
    "log_loss": reference.log_loss,
    "brier": reference.brier_score_loss,
    "r2": reference.r2_score,
    "rmse": reference.root_mean_squared_error,
    "mae": reference.mean_absolute_error,
}


def rows(name: str, seed: int, count: int, digits: int) -> tuple[Floats, Floats]:
    generator = np.random.default_rng(seed)
    scores = np.clip(np.round(generator.random(count), digits), 0.01, 0.99)
    if metric(name).problem == "regression":
        return generator.normal(size=count), scores
    labels = (generator.random(count) < 0.4).astype(float)
    labels[:2] = 0, 1
    return labels, scores


@pytest.mark.parametrize("name", list(METRICS))
@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 2**32), count=st.integers(4, 200), digits=st.integers(1, 6))
def test_every_metric_equals_scikit_learns_also_with_ties(
    name: str, seed: int, count: int, digits: int
) -> None:
    labels, scores = rows(name, seed, count, digits)
    assert measure(name, labels, scores) == pytest.approx(EXPECTED[name](labels, scores))


@pytest.mark.parametrize("name", list(METRICS))
@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 2**32), digits=st.integers(1, 4))
def test_a_unit_drawn_twice_counts_as_if_its_rows_were_there_twice(
    name: str, seed: int, digits: int
) -> None:
    labels, scores = rows(name, seed, 60, digits)
    generator = np.random.default_rng(seed + 1)
    units = generator.permutation(np.repeat(np.arange(6), 10))
    weights = generator.integers(0, 4, size=6).astype(float)
    weights[units[:2]] = 1  # both classes stay present
    copied = np.repeat(np.arange(60), weights[units].astype(int))
    found = metric(name).prepare(labels, scores, units)(weights[None, :])[0]
    assert found == pytest.approx(measure(name, labels[copied], scores[copied]))


def test_one_class_alone_has_no_ranking() -> None:
    assert np.isnan(measure("roc_auc", np.ones(3), np.array([0.1, 0.2, 0.3])))
    assert np.isnan(measure("average_precision", np.zeros(3), np.array([0.1, 0.2, 0.3])))
    assert np.isnan(measure("mae", np.array([]), np.array([])))


def test_an_unknown_metric_names_the_known_ones() -> None:
    with pytest.raises(MetricError, match="no metric 'auc'; known: roc_auc, average_precision"):
        metric("auc")


def test_gain_is_positive_for_the_better_model_in_either_direction() -> None:
    assert metric("roc_auc").gain(np.array(0.8), np.array(0.7)) > 0
    assert metric("mae").gain(np.array(0.7), np.array(0.8)) > 0
