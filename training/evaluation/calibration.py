"""From the model's margin (log-odds) to a probability that means what it says."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from sklearn.linear_model import LogisticRegression

from training.arrays import Array


@dataclass(frozen=True)
class Calibration:
    """probability = 1 / (1 + exp(-(slope * margin + intercept))), slope > 0.

    Monotone, so it changes no ranking and explanations of the margin stay exact.
    Source: Platt, Probabilistic Outputs for Support Vector Machines, 1999.
    """

    slope: float = 1.0
    intercept: float = 0.0

    def __call__(self, margin: Array) -> Array:
        """Probabilities of margins, shape (clients,).

        By `math.exp`, one at a time: the API does the same and gets the same bits.
        """
        return np.array([self.probability(float(value)) for value in margin])

    def probability(self, margin: float) -> float:
        exponent = -(self.slope * margin + self.intercept)
        return 1.0 / (1.0 + math.exp(min(exponent, 700.0)))

    def to_json(self) -> dict[str, object]:
        return {
            "method": "sigmoid",
            "slope": self.slope,
            "intercept": self.intercept,
        }


def fit_calibration(margin: Array, target: Array) -> Calibration:
    """Fit on out-of-fold margins, shape (clients,), without a penalty."""
    if np.ptp(margin) == 0:
        return _constant(margin, target)
    model = LogisticRegression(C=np.inf).fit(margin.reshape(-1, 1), target)
    slope, intercept = float(model.coef_[0, 0]), float(model.intercept_[0])
    # A model that ranks no better than chance may tilt the line the wrong way.
    return _constant(margin, target) if slope <= 0 else Calibration(slope, intercept)


def _constant(margin: Array, target: Array) -> Calibration:
    """Shift margins so that the mean client gets the default rate."""
    rate = float(target.mean())
    return Calibration(1.0, math.log(rate / (1 - rate)) - float(margin.mean()))
