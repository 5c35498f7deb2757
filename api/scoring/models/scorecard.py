"""The scorecard: each input's value is looked up in a table of points.

The arithmetic is training's (`training/models/scorecard.py`), in the same order: a
whole portfolio gets the numbers of single answers to the bit.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
from numpy.typing import NDArray

from api.features.columns import Matrix
from api.schemas.model import Feature, Scorecard, ScorecardInput

Table = NDArray[np.float64]
Places = NDArray[np.intp]
# Of a feature's values, in which row of its own table each is; of what is missing, any.
Bins = Callable[[NDArray[np.float32]], Places]


class Model:
    """Margins and contributions; safe to use from several threads."""

    def __init__(self, card: Scorecard, features: Sequence[Feature]) -> None:
        """`card`: one that was checked, an input for each of the features in order."""
        self._scale = card.scale
        self._factor = card.scale.points_to_double / math.log(2)
        self._base = card.base_points
        means = np.array([one.mean for one in card.inputs])
        self._base_value = self._log_odds(self._base + means.sum(keepdims=True))
        self._bins = [
            _edges(one) if one.groups is None else _groups(one, feature)
            for one, feature in zip(card.inputs, features, strict=True)
        ]
        tables = [np.array([*one.points, one.missing]) for one in card.inputs]
        self._starts = np.cumsum([0, *map(len, tables)])[:-1]
        self._missing = np.array([len(table) - 1 for table in tables])
        self._points: Table = np.concatenate(tables)
        moves = [mean - table for table, mean in zip(tables, means, strict=True)]
        self._moves: Table = np.concatenate(moves) / self._factor

    def margins(self, matrix: Matrix) -> NDArray[np.float64]:
        """Log-odds of a default, shape (n,)."""
        points = self._points.take(self._rows(matrix))
        return self._log_odds(self._base + points.sum(axis=1))

    def contributions(self, matrix: Matrix) -> NDArray[np.float64]:
        """Shape (n, features + 1); the last column is the base value.

        Each is how far the input's points lie from their mean. They are the Shapley
        values of a sum, and add up to the margin.
        """
        moves = self._moves.take(self._rows(matrix))
        return np.column_stack([moves, np.full(len(matrix), self._base_value)])

    def _log_odds(self, totals: NDArray[np.float64]) -> NDArray[np.float64]:
        scale = self._scale
        return -(totals - scale.points) / self._factor - math.log(scale.odds)

    def _rows(self, matrix: Matrix) -> Places:
        """Which row of the tables each value is in, shape (n, features)."""
        bins = np.empty(matrix.shape, dtype=np.intp)
        for at, (bins_of, column) in enumerate(zip(self._bins, matrix.T, strict=True)):
            bins[:, at] = bins_of(column)
        return self._starts + np.where(np.isnan(matrix), self._missing, bins)


def _edges(one: ScorecardInput) -> Bins:
    return partial(_binned, np.array(one.edges, np.float64))


def _groups(one: ScorecardInput, feature: Feature) -> Bins:
    groups = one.groups or []
    group_of = {name: at for at, names in enumerate(groups) for name in names}
    codes = [group_of.get(name, len(groups)) for name in feature.categories or ()]
    # The last is of all that is the code of no category.
    return partial(_looked_up, np.array([*codes, len(groups)], np.intp))


def _binned(edges: Table, values: NDArray[np.float32]) -> Places:
    return np.searchsorted(edges, values, side="right")


def _looked_up(places: Places, codes: NDArray[np.float32]) -> Places:
    none = len(places) - 1
    known = (codes >= 0) & (codes < none)
    return places[np.where(known, codes, none).astype(np.intp)]
