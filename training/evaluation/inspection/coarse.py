"""Numbers that many clients have in common, in place of each client's own.

Half as many steps would be seen: curves of the clients like one have up to thirty bins.
"""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Floats = NDArray[np.floating]
# How many steps a column has at most, and how many clients each of them at least.
STEPS, LEAST = 50, 10


def coarse(inputs: pd.DataFrame, categories: Collection[str] = ()) -> pd.DataFrame:
    """Every column in steps that at least ten of these clients share.

    `categories`: the columns whose numbers are codes; a code of fewer is missing.
    """
    return inputs.apply(
        lambda column: pd.Series(
            (common if column.name in categories else stepped)(column.to_numpy()),
            index=column.index,
        )
    )


def stepped(values: Floats) -> Floats:
    """Each number as the end of the step it is in, the highest as their median.

    Each step has a fiftieth of the clients, or more where they have few numbers. Order
    is kept, as many lie up to the end of each step as before, and the step of any
    number is the first that is not below it, or the last. Missing stays missing, and
    all are where fewer than ten clients have a number.
    """
    known = np.sort(values[~np.isnan(values)])
    if len(known) < LEAST:
        return np.full_like(values, np.nan)
    steps = min(STEPS, len(known) // LEAST)
    last = -(-np.arange(1, steps + 1) * len(known) // steps) - 1
    ends: list[float] = []
    told = below = 0
    for end in np.unique(known[last]):
        reached = int(np.searchsorted(known, end, "right"))
        rest = len(known) - reached
        if reached - told >= LEAST and (rest == 0 or rest >= LEAST):
            ends.append(float(end))
            told, below = reached, told
    ends[-1] = float(np.quantile(known[below:], 0.5, method="inverted_cdf"))
    places = np.searchsorted(ends, values).clip(max=len(ends) - 1)
    return np.where(np.isnan(values), np.nan, np.array(ends)[places]).astype(
        values.dtype
    )


def common(codes: Floats) -> Floats:
    """The codes that at least ten clients have."""
    found, counts = np.unique(codes[~np.isnan(codes)], return_counts=True)
    kept = np.isin(codes, found[counts >= LEAST])
    return np.where(kept, codes, np.nan).astype(codes.dtype)
