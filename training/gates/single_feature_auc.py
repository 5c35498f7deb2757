"""How well one feature predicts by itself, whatever the shape of the relation."""

from __future__ import annotations

import numpy as np

from training.arrays import Array

BINS = 20
# Rates of small bins are drawn to the mean as if by this many further clients.
PRIOR = 20.0


def single_feature_auc(values: Array, target: Array) -> float:
    """Held-out AUC of the default rate per bin of a feature, both shape (clients,).

    Bins of equal mass, missing values one of their own; each half of the clients is
    scored by the rates of the other half.
    """
    bins = _bins(values)
    half = np.random.default_rng(0).permutation(len(target)) % 2
    aucs = [
        _auc(bins[half == side], target[half == side], _rates(bins, target, half, side))
        for side in (0, 1)
    ]
    return float(np.mean(aucs))


def _bins(values: Array) -> np.ndarray:
    known = values[~np.isnan(values)]
    if not len(known):
        return np.zeros(len(values), np.intp)
    edges = np.unique(np.quantile(known, np.linspace(0, 1, BINS + 1)[1:-1]))
    bins = np.searchsorted(edges, values, side="right")
    return np.where(np.isnan(values), BINS, bins)


def _rates(bins: np.ndarray, target: Array, half: np.ndarray, side: int) -> Array:
    other = half != side
    size = np.bincount(bins[other], minlength=BINS + 1)
    defaults = np.bincount(bins[other], target[other], minlength=BINS + 1)
    return np.asarray((defaults + PRIOR * target.mean()) / (size + PRIOR))


def _auc(bins: np.ndarray, target: Array, rates: Array) -> float:
    """The AUC of a score with one value per bin, from the counts of each bin."""
    score, index = np.unique(rates, return_inverse=True)
    of_bin = np.bincount(bins, minlength=len(rates))
    bad_of_bin = np.bincount(bins, target, minlength=len(rates))
    size = np.bincount(index, of_bin, minlength=len(score))
    bad = np.bincount(index, bad_of_bin, minlength=len(score))
    good = size - bad
    if not bad.sum() or not good.sum():
        return 0.5
    below = np.cumsum(good) - good
    return float((bad * (below + good / 2)).sum() / (bad.sum() * good.sum()))
