"""The interval is paired, over whole days, repeatable, and quick enough for every gate."""

import time

import numpy as np

from ml.development.bootstrap import compare, units_of
from ml.development.metrics import Floats, Integers, measure


def days(
    seed: int = 0, count: int = 40, rows: int = 30
) -> tuple[Floats, Floats, Floats, Integers]:
    """Days that are good or bad as a whole, a candidate that sees it and a reference that not."""
    generator = np.random.default_rng(seed)
    units = np.repeat(np.arange(count), rows)
    mood = generator.normal(size=count)[units]
    labels = (mood + generator.normal(size=len(units)) > 0.8).astype(float)
    noise = generator.normal(size=len(units))
    candidate = 1 / (1 + np.exp(-(mood + noise)))
    reference = 1 / (1 + np.exp(-(0.3 * mood + noise)))
    return labels, candidate, reference, units


def test_it_equals_drawing_whole_days_by_hand() -> None:
    labels, candidate, reference, units = days(count=12)
    found = compare("roc_auc", labels, candidate, reference, units, resamples=50, seed=3)
    drawn = np.random.default_rng(3).multinomial(12, np.full(12, 1 / 12), size=50)
    gains = []
    for weights in drawn:
        rows = np.repeat(np.arange(len(units)), weights[units])
        gains.append(
            measure("roc_auc", labels[rows], candidate[rows])
            - measure("roc_auc", labels[rows], reference[rows])
        )
    assert np.allclose([found.low, found.high], np.quantile(gains, [0.025, 0.975]))
    assert found.units == 12
    assert found.resamples == 50


def test_the_same_seed_gives_the_same_interval_and_another_seed_another() -> None:
    rows = days()
    first = compare("average_precision", *rows, resamples=100, seed=1)
    assert compare("average_precision", *rows, resamples=100, seed=1) == first
    assert compare("average_precision", *rows, resamples=100, seed=2).low != first.low


def test_a_model_against_itself_gains_exactly_nothing() -> None:
    labels, candidate, _, units = days()
    found = compare("roc_auc", labels, candidate, candidate, units, resamples=100, seed=1)
    assert (found.gain, found.low, found.high) == (0.0, 0.0, 0.0)


def test_days_give_a_wider_interval_than_rows_that_pretend_to_be_independent() -> None:
    labels, candidate, reference, units = days()
    by_day = compare("brier", labels, candidate, reference, units, resamples=400, seed=1)
    alone = np.arange(len(units))
    by_row = compare("brier", labels, candidate, reference, alone, resamples=400, seed=1)
    assert by_day.high - by_day.low > 1.5 * (by_row.high - by_row.low)


def test_lower_is_better_for_errors() -> None:
    labels = np.linspace(0, 1, 60)
    units = np.arange(60)
    found = compare("mae", labels, labels + 0.1, labels + 0.5, units, resamples=50, seed=1)
    assert found.gain == np.float64(0.4).round(6) or abs(found.gain - 0.4) < 1e-9
    assert found.low > 0.39


def test_resamples_with_one_class_only_are_left_out_not_counted_as_zero() -> None:
    labels = np.array([1.0, 0, 0, 0, 0, 0])
    scores = np.linspace(0.9, 0.1, 6)
    units = np.arange(6)
    found = compare("roc_auc", labels, scores, scores[::-1], units, resamples=200, seed=1)
    assert 0 < found.resamples < 200
    assert (found.low, found.high) == (1.0, 1.0)


def test_a_resample_of_two_months_of_flights_costs_a_part_of_drawing_it_by_hand() -> None:
    """Side by side, in processor time: how fast the machine is does not matter."""
    generator = np.random.default_rng(0)
    units = np.sort(generator.integers(0, 61, 56_000))
    labels = (generator.random(56_000) < 0.17).astype(float)
    scores = generator.random(56_000)
    by_hand, here = 5, 100
    started = time.process_time()
    for _ in range(by_hand):
        weights = generator.multinomial(61, np.full(61, 1 / 61))
        rows = np.repeat(np.arange(len(units)), weights[units])
        for each in (scores, scores**2):
            measure("roc_auc", labels[rows], each[rows])
    drawn = time.process_time()
    compare("roc_auc", labels, scores, scores**2, units, resamples=here, seed=1)
    compared = time.process_time()
    ratio = ((compared - drawn) / here) / ((drawn - started) / by_hand)
    assert ratio < 0.7, f"a resample costs {ratio:.2f} of one drawn by hand"


def test_units_are_numbered_in_order_whatever_they_are() -> None:
    assert units_of(["b", "a", "b"]).tolist() == [1, 0, 1]
