"""Recognise a feature that is an average of outcomes with its own client's in it.

Clients with the same category share the value of such a feature, and their default
rate is that value, or a straight line of it when it was drawn to the mean. Between
honest values and default rates there is the noise of counting; here there is none.

So it is with rates counted over the other parts of the clients, as out-of-fold
encodings are: in a group of a known category, or of several, each part's defaults are
the group's less what the part's value says of the others. A fold that holds clients out
does not help: those whom it learns from have values with these clients' outcomes in.
"""

from __future__ import annotations

from itertools import combinations_with_replacement

import numpy as np
from scipy.stats import chi2

from training.arrays import Array

LEAST_VALUES = 12
# Expected outcomes of each kind below which counts are too coarse to judge.
LEAST_EXPECTED = 3.0
# Features of which hardly two clients share a value need no closer look.
GLANCE, SCATTERED = 2_000, 0.95
# Of a client's part of a group, the defaults expected at least; and of the group.
LEAST_IN_PART, LEAST_IN_GROUP = 0.5, 3.0
# So many parts are told apart at most, and clients of whole groups looked at.
MOST_PARTS, SAMPLE = 10, 5_000


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


def suspicions_in_parts(columns: Array, target: Array, categories: np.ndarray) -> Array:
    """Of each column the chance of defaults that follow so closely from other parts'.

    Of a part with n clients, d defaults and the value v, counted over the others of its
    group and perhaps drawn to a mean, d - v n is a straight line of v: within a group
    noise of counting is left, and here none. Groups are of each category and each two.
    Shapes: `columns` (clients, n), `categories` (clients, m), whole numbers.
    """
    found = np.ones(columns.shape[1])
    with np.errstate(invalid="ignore"):
        is_rate = ~((columns < 0) | (columns > 1)).any(axis=0)
    groupings = list(combinations_with_replacement(range(categories.shape[1]), 2))
    for one, other in groupings:
        both = categories[:, one] * (categories[:, other].max() + 1)
        group = np.unique(both + categories[:, other], return_inverse=True)[1]
        rows = _whole_groups(group, target)
        if not len(rows):
            continue
        largest = rows[group[rows] == np.bincount(group[rows]).argmax()]
        parts = (np.diff(np.sort(columns[largest], axis=0), axis=0) > 0).sum(axis=0) + 1
        for at in np.flatnonzero(is_rate & (2 < parts) & (parts <= MOST_PARTS)):
            chance = _in_groups(columns[rows, at], target[rows], group[rows])
            found[at] = min(found[at], chance * len(groupings))
    return found


def _whole_groups(group: np.ndarray, target: Array) -> np.ndarray:
    """The clients of some groups of enough defaults, at most about `SAMPLE`."""
    size, defaults = np.bincount(group), np.bincount(group, target)
    mixed = np.random.default_rng(0).permutation(len(size))
    mixed = mixed[(defaults[mixed] >= LEAST_IN_GROUP)]
    fits = np.cumsum(size[mixed]) <= max(SAMPLE, size[mixed[:1]].sum())
    return np.flatnonzero(np.isin(group, mixed[fits]))


def _in_groups(values: Array, target: Array, group: np.ndarray) -> float:
    known = ~np.isnan(values)
    distinct, index = np.unique(values[known], return_inverse=True)
    cells, part = np.unique(group[known] * len(distinct) + index, return_inverse=True)
    of_group, value = cells // len(distinct), distinct[cells % len(distinct)]
    size = np.bincount(part).astype(np.float64)
    defaults = np.asarray(np.bincount(part, target[known]), np.float64)
    return _left_over(of_group, value, size, defaults)


def _left_over(group: np.ndarray, value: Array, size: Array, defaults: Array) -> float:
    """The lower tail of what is left of the parts' defaults; shapes (parts,)."""
    group = np.unique(group, return_inverse=True)[1]
    rate = (np.bincount(group, defaults) / np.bincount(group, size))[group]
    # Two parts of a group that have one value by chance look like one.
    parts = np.bincount(group)
    usual = np.flatnonzero(np.bincount(parts) >= len(parts) / 10)[-1:]
    kept = np.isin(parts[group], usual) & (size * rate >= LEAST_IN_PART) & (rate < 1)
    kept &= np.bincount(group, kept)[group] > 2
    if kept.sum() < LEAST_VALUES:
        return 1.0
    group = np.unique(group[kept], return_inverse=True)[1]
    value, size, rate = value[kept], size[kept], rate[kept]
    variance = size * rate * (1 - rate)
    weight = 1 / variance
    rest = defaults[kept] - value * size

    def mean(of: Array) -> Array:
        return (np.bincount(group, weight * of) / np.bincount(group, weight))[group]

    across, up = value - mean(value), rest - mean(rest)
    square = np.bincount(group, weight * across**2)
    slope = np.bincount(group, weight * across * up) / np.where(square > 0, square, 1)
    statistic = float((weight * (up - slope[group] * across) ** 2).sum())
    freedom = len(value) - 2 * (group.max() + 1)
    # As above.
    spread = float((2 + 1 / variance - 6 / size).sum()) * freedom / len(value)
    return float(chi2.cdf(2 * freedom * statistic / spread, 2 * freedom**2 / spread))
