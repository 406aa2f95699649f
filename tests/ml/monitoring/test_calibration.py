"""Calibration tells predictions that can be taken at their word from those that cannot."""

from __future__ import annotations

import math

import numpy as np
import pytest

from ml.monitoring.calibration import calibration_error, calibration_slope

GENERATOR = np.random.default_rng(5)
CHANCE = GENERATOR.uniform(0.02, 0.6, 40_000)
HAPPENED = (GENERATOR.uniform(size=40_000) < CHANCE).astype(float)


def odds(factor: float) -> np.ndarray:
    """The true chances, with log-odds stretched around one half."""
    return 1 / (1 + ((1 - CHANCE) / CHANCE) ** factor)


def test_true_chances_have_no_error_and_a_slope_of_one() -> None:
    assert calibration_error("classification", HAPPENED, CHANCE) < 0.01
    assert calibration_slope("classification", HAPPENED, CHANCE) == pytest.approx(1, abs=0.03)


def test_over_confidence_has_a_slope_below_one_and_timidity_above() -> None:
    for factor in (0.5, 2.0):
        slope = calibration_slope("classification", HAPPENED, odds(factor))
        assert slope == pytest.approx(1 / factor, abs=0.05)
    assert calibration_error("classification", HAPPENED, odds(2.0)) > 0.05


def test_predictions_too_high_by_a_tenth_are_off_by_a_tenth() -> None:
    assert calibration_error("classification", HAPPENED, CHANCE + 0.1) == pytest.approx(
        0.1, abs=0.005
    )


def test_quantities_are_measured_in_their_own_unit() -> None:
    truth = GENERATOR.normal(100, 20, 5000)
    guessed = 100 + (truth - 100) * 2
    assert calibration_slope("regression", truth, guessed) == pytest.approx(0.5)
    assert calibration_error("regression", truth, truth + 3) == pytest.approx(3, abs=1e-5)


def test_rows_that_cannot_tell_say_so() -> None:
    assert math.isnan(calibration_slope("classification", np.zeros(9), np.linspace(0, 1, 9)))
    assert math.isnan(calibration_slope("regression", np.arange(9.0), np.full(9, 3.0)))
    assert math.isnan(calibration_error("classification", np.array([]), np.array([])))
