"""Recognise a feature that is an average of outcomes with its own client's in it.

Clients with the same category share the value of such a feature, and their default
rate is that value, or a straight line of it when it was drawn to the mean. Between
honest values and default rates there is the noise of counting; here there is none.
"""

from __future__ import annotations

import numpy as np
from scipy.stats import chi2

from training.arrays import Array

LEAST_VALUES = 12
# Expected outcomes of each kind below which counts are too coarse to judge.
LEAST_EXPECTED = 3.0
# Features of which hardly two clients share a value need no closer look.
GLANCE, SCATTERED = 2_000, 0.95


def suspicion(values: Array, target: Array) -> float:
    """Chance of a default rate per value that is as close to a line of the value.

    1 where too few values are shared by enough clients. A lack-of-fit test read from
    its other end: Pearson's statistic of the rates around their line is about as
    large as the number of values when counting noise is there, and far below it when
    the values were computed from these outcomes. Both arrays: shape (clients,).
    """
    known = ~np.isnan(values)
    first = values[known][:GLANCE]
    if len(np.unique(first)) > SCATTERED * GLANCE:
        return 1.0
    distinct, index = np.unique(values[known], return_inverse=True)
    if len(distinct) < LEAST_VALUES:
        return 1.0
    size = np.bincount(index).astype(np.float64)
    expected = size * target[known].mean()
    shared = expected >= LEAST_EXPECTED
    if shared.sum() < LEAST_VALUES:
        return 1.0
    rate = np.bincount(index, target[known])[shared] / size[shared]
    return _closeness(distinct[shared], rate, size[shared])


def _closeness(value: Array, rate: Array, size: Array) -> float:
    slope, level = np.polyfit(value, rate, 1, w=np.sqrt(size))
    fitted = np.clip(slope * value + level, 1e-3, 1 - 1e-3)
    variance = fitted * (1 - fitted)
    statistic = float((size * (rate - fitted) ** 2 / variance).sum())
    # Scaled chi-square with the mean and variance of Pearson's statistic of binomial
    # counts, whose kurtosis matters where few defaults are expected.
    mean = len(value) - 2
    spread = float((2 + (1 - 6 * variance) / (size * variance)).sum())
    return float(chi2.cdf(2 * mean * statistic / spread, 2 * mean**2 / spread))
