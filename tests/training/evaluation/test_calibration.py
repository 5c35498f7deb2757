"""A reported 31 % means 31 %."""

from __future__ import annotations

import math

import numpy as np

from training.evaluation.calibration import Calibration, fit_calibration
from training.evaluation.metrics import expected_calibration_error


def test_recovers_probabilities_from_overconfident_margins() -> None:
    random = np.random.default_rng(0)
    truth = random.normal(-2.5, 1, 200_000)
    target = (random.random(200_000) < 1 / (1 + np.exp(-truth))).astype(np.float64)
    calibration = fit_calibration(2 * truth + 1, target)
    assert abs(calibration.slope - 0.5) < 0.02
    before = expected_calibration_error(target, Calibration()(2 * truth + 1))
    after = expected_calibration_error(target, calibration(2 * truth + 1))
    assert after < 0.005 < before


def test_keeps_the_order_even_of_a_model_that_ranks_backwards() -> None:
    margin = np.linspace(-1, 1, 100)
    target = (margin < 0).astype(np.float64)
    calibration = fit_calibration(margin, target)
    assert calibration.slope > 0
    assert np.all(np.diff(calibration(margin)) > 0)


def test_calibration_is_the_formula_of_the_contract_bit_for_bit() -> None:
    calibration = Calibration(1.1, -0.2)
    for margin in (-3.21, 0.0, 1e-9, 5.5):
        expected = 1.0 / (1.0 + math.exp(-(1.1 * margin + -0.2)))
        assert calibration(np.array([margin]))[0] == expected
