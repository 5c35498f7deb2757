"""How much two inputs say together that neither says alone."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from training.arrays import Array
from training.evaluation.inspection.dependence import Margins, Matrix

DIGITS = 4


def interactions(
    margins: Margins, matrix: Matrix, grids: Mapping[str, tuple[int, NDArray[Any]]]
) -> list[dict[str, Any]]:
    """Of each pair of inputs, the strongest first.

    `strength`: how far, in log-odds, their joint partial dependence is off the sum of
    what each does alone (root of the mean square over their common values); `share`:
    of the variance of that joint dependence (Friedman's H²). Both are 0 of a model that
    adds up its inputs. `grids`: place and values of each input; `matrix`: the clients
    over whom the others are averaged, shape (clients, features).
    Source: Friedman and Popescu, Predictive Learning via Rule Ensembles, 2008.
    """
    found = []
    for first, second in combinations(grids, 2):
        (at, values), (to, others) = grids[first], grids[second]
        strength, share = apart(joint(margins, matrix, at, values, to, others))
        found.append(
            {
                "first": first,
                "second": second,
                "strength": round(strength, DIGITS),
                "share": round(share, DIGITS),
            }
        )
    return sorted(found, key=lambda one: -one["strength"])


def joint(
    margins: Margins,
    matrix: Matrix,
    at: int,
    values: NDArray[Any],
    to: int,
    others: NDArray[Any],
) -> Array:
    """The mean margin if all clients had each pair of values, (values, others)."""
    asked = np.empty((len(values), len(others), *matrix.shape), np.float32)
    asked[:] = matrix
    asked[..., at] = values[:, None, None]
    asked[..., to] = others[None, :, None]
    found = margins(asked.reshape(-1, matrix.shape[1]))
    return np.asarray(found.reshape(len(values), len(others), -1).mean(axis=2))


def apart(dependence: Array) -> tuple[float, float]:
    """Strength and share of what rows and columns do not add up to."""
    centred = dependence - dependence.mean()
    rest = centred - centred.mean(axis=0) - centred.mean(axis=1)[:, None]
    whole, part = float((centred**2).mean()), float((rest**2).mean())
    # What sums of floats leave.
    if part <= 1e-18 + 1e-12 * whole:
        return 0.0, 0.0
    return float(np.sqrt(part)), part / whole
