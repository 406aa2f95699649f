"""Metrics are those of scikit-learn, and a weight means so many copies of a row."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics as reference

from ml.development.metrics import METRICS, Floats, MetricError, measure, metric
from ml.spec_operations import METRICS_OF

ALL = [(task, name) for task, names in METRICS_OF.items() for name in names]
EXPECTED = {
    "roc_auc": reference.roc_auc_score,
    "average_precision": reference.average_precision_score,
    "log_loss": reference.log_loss,
    "brier": reference.brier_score_loss,
    "r2": reference.r2_score,
    "rmse": reference.root_mean_squared_error,
    "mae": reference.mean_absolute_error,
    "accuracy": lambda labels, scores: reference.accuracy_score(labels, scores.argmax(axis=1)),
    "macro_f1": lambda labels, scores: reference.f1_score(
        labels, scores.argmax(axis=1), average="macro", zero_division=np.nan
    ),
    "roc_auc_ovr": lambda labels, scores: reference.roc_auc_score(
        labels, scores, multi_class="ovr"
    ),
}


def rows(task: str, seed: int, count: int, digits: int) -> tuple[Floats, Floats]:
    generator = np.random.default_rng(seed)
    if task == "multiclass":
        wide = np.round(generator.random((count, 3)), digits) + 0.01
        labels = generator.choice(3, count, p=[0.6, 0.3, 0.1]).astype(float)
        labels[:3] = 0, 1, 2
        return labels, wide / wide.sum(axis=1, keepdims=True)
    scores = np.clip(np.round(generator.random(count), digits), 0.01, 0.99)
    if task == "regression":
        return generator.normal(size=count), scores
    labels = (generator.random(count) < 0.4).astype(float)
    labels[:2] = 0, 1
    return labels, scores


@pytest.mark.parametrize(("task", "name"), ALL)
@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 2**32), count=st.integers(4, 200), digits=st.integers(1, 6))
def test_every_metric_equals_scikit_learns_also_with_ties(
    task: str, name: str, seed: int, count: int, digits: int
) -> None:
    labels, scores = rows(task, seed, count, digits)
    assert measure(name, labels, scores) == pytest.approx(EXPECTED[name](labels, scores))


@pytest.mark.parametrize(("task", "name"), ALL)
@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 2**32), digits=st.integers(1, 4))
def test_a_unit_drawn_twice_counts_as_if_its_rows_were_there_twice(
    task: str, name: str, seed: int, digits: int
) -> None:
    labels, scores = rows(task, seed, 60, digits)
    generator = np.random.default_rng(seed + 1)
    units = generator.permutation(np.repeat(np.arange(6), 10))
    weights = generator.integers(0, 4, size=6).astype(float)
    weights[units[:3]] = 1  # every class stays present
    copied = np.repeat(np.arange(60), weights[units].astype(int))
    found = metric(name).prepare(labels, scores, units)(weights[None, :])[0]
    assert found == pytest.approx(measure(name, labels[copied], scores[copied]))


def test_one_class_alone_has_no_ranking() -> None:
    assert np.isnan(measure("roc_auc", np.ones(3), np.array([0.1, 0.2, 0.3])))
    assert np.isnan(measure("average_precision", np.zeros(3), np.array([0.1, 0.2, 0.3])))
    assert np.isnan(measure("mae", np.array([]), np.array([])))


def test_every_metric_can_be_chosen_in_a_spec_and_the_other_way_round() -> None:
    assert {name for _, name in ALL} == set(METRICS)


def test_a_class_nobody_learned_counts_against_the_model() -> None:
    scores = np.array([[0.9, 0.1], [0.2, 0.8], [0.6, 0.4]])
    known, strange = np.array([0.0, 1, 0]), np.array([0.0, 1, 2])
    assert (measure("accuracy", known, scores), measure("accuracy", strange, scores)) == (1, 2 / 3)
    assert measure("log_loss", strange, scores) > measure("log_loss", known, scores) + 10
    assert measure("macro_f1", strange, scores) == pytest.approx((2 / 3 + 1 + 0) / 3)
    # Of two classes each is told from the rest as well as can be, the third like by a coin.
    assert measure("roc_auc_ovr", strange, scores) == pytest.approx((1 + 1 + 0.5) / 3)


def test_a_class_with_one_row_leaves_every_resample_with_a_figure() -> None:
    labels = np.append(np.tile([0.0, 1], 20), 2)
    scores = np.full((41, 3), 1 / 3)
    weights = np.append(np.ones(40), 0)[None, :]
    for name in METRICS_OF["multiclass"]:
        assert np.isfinite(metric(name).prepare(labels, scores, np.arange(41))(weights)).all()


def test_an_unknown_metric_names_the_known_ones() -> None:
    with pytest.raises(MetricError, match="no metric 'auc'; known: roc_auc, average_precision"):
        metric("auc")


def test_gain_is_positive_for_the_better_model_in_either_direction() -> None:
    assert metric("roc_auc").gain(np.array(0.8), np.array(0.7)) > 0
    assert metric("mae").gain(np.array(0.7), np.array(0.8)) > 0
