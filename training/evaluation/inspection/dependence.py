"""How the risk moves with one input: partial dependence, and SHAP values over it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from training.arrays import Array
from training.evaluation.calibration import Calibration
from training.evaluation.inspection.common_values import steps_of, told
from training.evaluation.inspection.curves import rounded
from training.evaluation.shap_values import Explained, sample_rows

Matrix = NDArray[np.float32]
Margins = Callable[[Matrix], Array]
POINTS = 150
# Nine in ten of the clients' own lines lie above `low`, nine in ten below `high`.
BAND = (0.1, 0.9)
# Of what moves an input's contribution beside itself: less is nothing to be shown.
LEAST_TOLD = 0.05
# What is left between neighbours: a jump between two of them leaves less.
NEIGHBOURS, LEAST_LEFT = 10, 0.02
CELLS = 5
CONTRIBUTION_DIGITS = 3


def partial_dependence(
    margins: Margins,
    calibration: Calibration,
    matrix: Matrix,
    place: int,
    values: NDArray[np.floating],
) -> dict[str, list[float]]:
    """The mean risk of clients, (clients, features), if all had each of these values.

    `low` and `high`: where the middle four fifths of them lie.
    Source: Friedman, Greedy Function Approximation, 2001.
    """
    asked = np.repeat(matrix[None], len(values), axis=0)
    asked[:, :, place] = values[:, None]
    found = margins(asked.reshape(-1, matrix.shape[1])).reshape(len(values), -1)
    with np.errstate(over="ignore"):
        risks = 1 / (1 + np.exp(-(calibration.slope * found + calibration.intercept)))
    low, high = np.quantile(risks, BAND, axis=1)
    return {
        "risk": rounded(risks.mean(axis=1)),
        "low": rounded(low),
        "high": rounded(high),
    }


def shap_points(
    explained: Explained,
    place: int,
    others: Sequence[int],
    categories: Mapping[str, Sequence[str]],
) -> dict[str, Any]:
    """Some clients' contributions over an input, and the input that tells most more.

    `others`: where that one is looked for; null where none of them tells anything.
    Values are common ones and points in the order of their values: no row is a person.
    """
    names = list(explained.inputs.columns)
    steps = {
        at: steps_of(explained.inputs.iloc[:, at].to_numpy(), names[at] in categories)
        for at in {place, *others}
    }
    other = second_input(
        explained.values[:, place],
        explained.inputs.iloc[:, place].to_numpy(),
        {at: steps[at] for at in others if at != place},
    )
    rows = sample_rows(len(explained.inputs), POINTS)
    values = steps[place][rows]
    moved = explained.values[rows, place]
    rows = rows[np.lexsort((moved, values))]
    second = [] if other is None else told(steps[other][rows], names[other], categories)
    return {
        "second": None if other is None else names[other],
        "points": {
            "values": told(steps[place][rows], names[place], categories),
            "contributions": rounded(
                explained.values[rows, place], CONTRIBUTION_DIGITS
            ),
            "other": second,
        },
    }


def second_input(
    moved: Array,
    own: NDArray[np.floating],
    others: Mapping[int, NDArray[np.floating]],
) -> int | None:
    """The key of the input that explains most of what the own value does not.

    `moved`: an input's contributions, `own`: its values, shape (clients,). Of each of
    the others: the share of the rest's variance between the cells of both, less what
    chance puts there. None where it is nowhere a twentieth.
    """
    place = _neighbours(own)
    rest = moved - _means(place, moved)[place]
    whole, all_of_it = float(rest @ rest), float(np.var(moved)) * len(moved)
    if whole <= LEAST_LEFT * all_of_it:
        return None
    cells = _cells(own)
    shares = {
        key: _explained(rest, cells * (CELLS + 1) + _cells(values), whole)
        for key, values in others.items()
    }
    best = max(shares, key=shares.__getitem__, default=None)
    return best if best is not None and shares[best] >= LEAST_TOLD else None


def _neighbours(own: NDArray[np.floating]) -> NDArray[np.intp]:
    """Groups of ten or so in the order of their values; ten equal ones are alone."""
    _, value, counts = np.unique(own, return_inverse=True, return_counts=True)
    before = np.cumsum(counts) - counts
    key = np.where(counts < NEIGHBOURS, before // NEIGHBOURS, len(own) + before)
    _, place = np.unique(key[value], return_inverse=True)
    return np.asarray(place)


def _explained(rest: Array, cell: NDArray[np.intp], whole: float) -> float:
    """The share of variance between cells, adjusted for how many they are (R²)."""
    _, place, counts = np.unique(cell, return_inverse=True, return_counts=True)
    between = float(counts @ _means(place, rest) ** 2)
    free = len(rest) - len(counts)
    if free <= 0:
        return 0.0
    return 1 - (1 - between / whole) * (len(rest) - 1) / free


def _means(place: NDArray[np.intp], values: Array) -> Array:
    return np.bincount(place, values) / np.bincount(place)


def _cells(values: NDArray[np.floating]) -> NDArray[np.intp]:
    """Fifths of the known ones, by rank; the missing ones are the sixth cell."""
    known = np.sort(values[~np.isnan(values)])
    if not len(known):
        return np.full(len(values), CELLS)
    edges = known[np.arange(1, CELLS) * len(known) // CELLS]
    return np.where(np.isnan(values), CELLS, np.searchsorted(edges, values, "right"))
