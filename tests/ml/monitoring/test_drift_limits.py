"""A week rings when it lies further out than its reference weeks lie from each other."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from ml.monitoring.drift_limits import Direction, judge, weeks_needed

CALM = [0.10, 0.12, 0.09, 0.11, 0.13, 0.10, 0.12, 0.11]


def test_the_figures_are_those_of_a_new_draw_against_a_sample() -> None:
    """The same as a two-sample t test of one value against eight, which SciPy has."""
    told = judge(0.19, CALM, reference_weeks=8, p_below=0.02)
    known = stats.ttest_ind([0.19], CALM)
    assert told.statistic == pytest.approx(known.statistic)
    assert told.p == pytest.approx(known.pvalue)
    assert told.reference == pytest.approx(np.mean(CALM))
    assert told.breach


@pytest.mark.parametrize(
    ("value", "direction", "rings"),
    [
        (0.19, "either", True),
        (0.19, "higher", True),
        (0.19, "lower", False),
        (0.03, "either", True),
        (0.03, "lower", True),
        (0.03, "higher", False),
        (0.115, "either", False),
    ],
)
def test_it_rings_on_the_side_that_matters(
    value: float, direction: Direction, rings: bool
) -> None:
    told = judge(value, CALM, reference_weeks=8, p_below=0.02, direction=direction)
    assert told.breach is rings


def test_what_has_no_limit_is_measured_and_cannot_ring() -> None:
    told = judge(0.9, CALM, reference_weeks=8, p_below=None)
    assert told.p is not None
    assert told.p < 1e-6
    assert not told.breach


def test_too_few_whole_weeks_are_said_to_be_too_few() -> None:
    assert [weeks_needed(weeks) for weeks in (2, 3, 4, 8, 12)] == [2, 3, 3, 6, 9]
    told = judge(0.9, CALM[:5], reference_weeks=8, p_below=0.02)
    assert (told.breach, told.p, told.statistic) == (False, None, None)
    assert told.note == "not enough history: 5 whole weeks, 6 needed"
    assert judge(0.9, CALM[:6], reference_weeks=8, p_below=0.02).breach
    assert judge(0.9, [], reference_weeks=8, p_below=0.02).reference is None


def test_weeks_that_were_all_alike_ring_on_a_change_and_not_on_rounding() -> None:
    same = [0.25] * 8
    assert not judge(0.25, same, reference_weeks=8, p_below=0.02).breach
    assert not judge(0.25 + 1e-12, same, reference_weeks=8, p_below=0.02).breach
    assert judge(0.26, same, reference_weeks=8, p_below=0.02).breach


@pytest.mark.slow
@pytest.mark.parametrize(
    ("history", "direction", "share"),
    [(6, "either", 0.02), (8, "either", 0.02), (8, "lower", 0.01), (8, "higher", 0.01)],
)
def test_calm_weeks_ring_as_often_as_was_agreed(
    history: int, direction: Direction, share: float
) -> None:
    """Two in a hundred, however few the reference weeks; a normal limit rings twice as often.

    Where one direction alone rings it is half of them.
    """
    generator = np.random.default_rng(11)
    draws = generator.normal(0.2, 0.03, (20_000, history + 1))
    told = [
        judge(
            float(row[-1]), row[:-1].tolist(), reference_weeks=8, p_below=0.02, direction=direction
        ).breach
        for row in draws
    ]
    assert np.mean(told) == pytest.approx(share, abs=0.003)
