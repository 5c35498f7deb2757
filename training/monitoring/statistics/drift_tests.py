"""How far columns of a window lie from the reference, and how sure that is.

Both sides are samples, so both sizes count. Small counts are compared exactly
(hypergeometric): that holds for a window of any size, where a chi-squared
approximation calls rare categories drift.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

from training.arrays import Array
from training.monitoring.statistics.histogram import ColumnBins, Counts

# Smaller than these, a shift is not worth an alert however sure it is.
LEAST_SHIFT = 0.1  # standard deviations
LEAST_SHARE = 0.05
# A column this uniform is compared by its shares alone: its mean rank is too skewed.
MOST_UNIFORM = 0.75
FEW = 30
EXACT_FROM = 3.0


@dataclass(frozen=True)
class Shifts:
    """Every array has shape (windows, columns).

    `shift`: in standard deviations of the reference's ranks, 0 for categories.
    `distance`: the largest difference of a share: of a category, or of the values up
    to an edge (Kolmogorov-Smirnov). `missing`: difference of the missing share.
    `psi`: population stability index, missing as a bin of its own.
    `p_values`, `p_missing`: of no difference, 1 where it is too small to matter.
    """

    shift: Array
    distance: Array
    missing: Array
    psi: Array
    p_values: Array
    p_missing: Array


def compare(
    columns: Sequence[ColumnBins], reference: Counts, current: Counts
) -> Shifts:
    """Compare windows, shape (windows, columns, MAX_BINS), with (columns, MAX_BINS)."""
    parts = [
        _column(column, reference[index], current[:, index])
        for index, column in enumerate(columns)
    ]
    return Shifts(*(np.stack(field, axis=1) for field in zip(*parts, strict=True)))


def _column(
    column: ColumnBins, reference: Counts, current: Counts
) -> tuple[Array, ...]:
    missing, p_missing = share_test(
        current[:, 0], current.sum(axis=1), reference[0], int(reference.sum())
    )
    p_missing = np.where(np.abs(missing) < LEAST_SHARE, 1.0, p_missing)
    before, after = reference[1 : column.bins], current[:, 1 : column.bins]
    shift, p_shift = _rank_shift(column, before, after)
    shares = _shares(column, before), _shares(column, after)
    known, known_before = after.sum(axis=1), int(before.sum())
    differences, p_shares = share_test(
        shares[1], known[:, None], shares[0], known_before
    )
    p_shares = np.where(np.abs(differences) < LEAST_SHARE, 1.0, p_shares)
    tests = 1 + differences.shape[1]
    smallest = np.minimum(p_shift, p_shares.min(axis=1, initial=1.0))
    return (
        shift,
        np.abs(differences).max(axis=1, initial=0.0),
        missing,
        stability_index(reference[: column.bins], current[:, : column.bins]),
        np.minimum(smallest * tests, 1.0),
        p_missing,
    )


def _shares(column: ColumnBins, counts: Counts) -> Counts:
    """What is compared: each category, or what lies at or below each edge."""
    if column.category:
        return counts
    return np.cumsum(counts, axis=-1)[..., :-1]


def _rank_shift(
    column: ColumnBins, before: Counts, after: Counts
) -> tuple[Array, Array]:
    """The shift of the mean rank, as that of a normal column, and its p-value.

    Ranks, not values: a few enormous incomes do not decide.
    Source: Bross, How to Use Ridit Analysis, Biometrics, 1958.
    """
    windows, total = len(after), before.sum()
    if column.category or not total or before.max() > MOST_UNIFORM * total:
        return np.zeros(windows), np.ones(windows)
    ridit = (np.cumsum(before) - before / 2) / total
    spread = float(before @ (ridit - 0.5) ** 2) / total
    known = after.sum(axis=1)
    mean = (after @ ridit) / np.maximum(known, 1)
    z = (mean - 0.5) / np.sqrt(spread * (1 / np.maximum(known, 1) + 1 / total))
    enough = known >= FEW
    shift = np.where(
        enough, np.sqrt(2) * stats.norm.ppf(mean.clip(1e-9, 1 - 1e-9)), 0.0
    )
    matters = enough & (np.abs(shift) >= LEAST_SHIFT)
    return shift, np.where(matters, 2 * stats.norm.sf(np.abs(z)), 1.0)


def share_test(
    current: Counts,
    current_total: Counts,
    reference: Counts | int,
    reference_total: Counts | int,
) -> tuple[Array, Array]:
    """Differences of shares (current less reference) and their two-sided p-values.

    Broadcasts. Exact (Fisher: twice the smaller tail) where it could matter.
    """
    k, n, before, total = np.broadcast_arrays(
        current, current_total, reference, reference_total
    )
    n_, total_ = np.maximum(n, 1), np.maximum(total, 1)
    difference = np.where((n > 0) & (total > 0), k / n_ - before / total_, 0.0)
    pooled = (k + before) / (n_ + total_)
    error = np.sqrt(np.maximum(pooled * (1 - pooled), 1e-300) * (1 / n_ + 1 / total_))
    z = np.abs(difference) / error
    p = np.minimum(2 * stats.norm.sf(z), 1.0)
    exact = (z > EXACT_FROM) & (difference != 0)
    if exact.any():
        k, n, before, total = (counts[exact] for counts in (k, n, before, total))
        law = stats.hypergeom(n + total, k + before, n)
        tail = np.where(difference[exact] > 0, law.sf(k - 1), law.cdf(k))
        p[exact] = np.minimum(2 * tail, 1.0)
    return difference, p


def stability_index(reference: Counts, current: Counts) -> Array:
    """PSI of windows, shape (windows,); half a row is added to each bin.

    Source: Siddiqi, Credit Risk Scorecards, 2006.
    """
    bins = reference.shape[-1]
    before = (reference + 0.5) / (reference.sum() + bins / 2)
    after = (current + 0.5) / (current.sum(axis=-1, keepdims=True) + bins / 2)
    return np.asarray(((after - before) * np.log(after / before)).sum(axis=-1))
