"""Whether a reported 31 % means 31 %."""

from __future__ import annotations

import numpy as np

from training.models.cost import Array
from training.models.metrics import equal_mass_bins, expected_calibration_error

BINS = 20


def calibration_curve(
    target: Array, probability: Array, bins: int = BINS
) -> dict[str, list[float]]:
    """Predicted and observed default rate of bins of equal mass, ascending.

    Keys `predicted`, `observed` and `clients`, each with one entry per bin.
    """
    parts = equal_mass_bins(probability, bins)
    return {
        "predicted": [float(probability[part].mean()) for part in parts],
        "observed": [float(target[part].mean()) for part in parts],
        "clients": [len(part) for part in parts],
    }


def chance_error(
    probability: Array, *, share: float = 0.99, replicates: int = 200, seed: int = 0
) -> float:
    """The calibration error that true probabilities stay below by luck alone.

    Outcomes are drawn from the probabilities themselves; `share` of the draws have an
    expected calibration error below the answer. With few clients it is far above 0.
    """
    random = np.random.default_rng(seed)
    ordered = np.sort(probability)
    drawn = [
        expected_calibration_error(
            (random.random(len(ordered)) < ordered).astype(np.float64), ordered, BINS
        )
        for _ in range(replicates)
    ]
    return float(np.quantile(drawn, share))
