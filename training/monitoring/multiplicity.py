"""Many questions asked at once: how small a p-value must be to believe it."""

from __future__ import annotations

import numpy as np

from training.models.cost import Array


def adjusted(p: Array, weight: Array) -> Array:
    """Family-wise p-values of hypotheses of unequal weight, shape (hypotheses,).

    All with an adjusted value at or below alpha may be rejected together: the chance
    of even one false rejection is then at most alpha, however the p-values depend on
    each other.
    Source: Holm, A Simple Sequentially Rejective Multiple Test Procedure, 1979,
    section 4 (unequal weights).
    """
    order = np.argsort(p / weight, kind="stable")
    remaining = np.cumsum(weight[order][::-1])[::-1]
    stepped = np.maximum.accumulate(p[order] * remaining / weight[order])
    result = np.empty(len(p))
    result[order] = np.minimum(stepped, 1.0)
    return result
