"""Count values into bins: all that windows keep of the features they saw.

A column's bins are: 0 for missing, then either intervals between quantiles of the
reference, or categories. Counts add up over windows; no client can be read from them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from training.arrays import Array

Counts = NDArray[np.int64]

MAX_BINS = 64
INTERVALS = 20


@dataclass(frozen=True)
class ColumnBins:
    """How one column's values fall into bins.

    `edges`: ascending; interval i is (edges[i - 1], edges[i]]. Categories are codes,
    so their edges lie between whole numbers, and their order means nothing.
    """

    name: str
    category: bool
    edges: Array

    @property
    def bins(self) -> int:
        return len(self.edges) + 2

    def bin_of(self, values: NDArray[np.floating]) -> NDArray[np.intp]:
        """The bin of each value, shape (rows,)."""
        places = np.searchsorted(self.edges, values, side="left") + 1
        places[np.isnan(values)] = 0
        return places


def numeric(name: str, values: NDArray[np.floating]) -> ColumnBins:
    """Cut at the reference's quantiles, shape (rows,); repeated cuts are one."""
    known = values[~np.isnan(values)]
    if not len(known):
        return ColumnBins(name, False, np.empty(0))
    shares = np.linspace(0, 1, INTERVALS + 1)[1:-1]
    cuts = np.quantile(known, shares, method="inverted_cdf").astype(np.float64)
    edges = np.unique(cuts)
    # Nothing lies above a cut at the largest value.
    return ColumnBins(name, False, edges[edges < known.max()])


def category(name: str, categories: int) -> ColumnBins:
    """A bin per code; the last bin holds the codes that no bin is left for."""
    return ColumnBins(name, True, np.arange(0.5, min(categories, MAX_BINS - 1) - 1))


def count(columns: Sequence[ColumnBins], values: NDArray[np.floating]) -> Counts:
    """Rows per bin, shape (columns, MAX_BINS), of values of shape (rows, columns)."""
    counted = np.zeros((len(columns), MAX_BINS), np.int64)
    for index, column in enumerate(columns):
        bins = column.bin_of(values[:, index])
        counted[index] = np.bincount(bins, minlength=MAX_BINS)
    return counted


def count_groups(
    columns: Sequence[ColumnBins], values: NDArray[np.floating], group: NDArray[np.intp]
) -> Counts:
    """The same per group of rows: shape (groups, columns, MAX_BINS), groups from 0."""
    groups = int(group.max()) + 1 if len(group) else 0
    counted = np.zeros((groups, len(columns), MAX_BINS), np.int64)
    for index, column in enumerate(columns):
        bins = group * MAX_BINS + column.bin_of(values[:, index])
        counted[:, index] = np.bincount(bins, minlength=groups * MAX_BINS).reshape(
            groups, MAX_BINS
        )
    return counted
