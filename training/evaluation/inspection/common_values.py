"""The values of an input that many clients have, and how they are told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from training.evaluation.inspection.coarse import LEAST, common, stepped

Floats = NDArray[np.floating]
Told = list[float | str | None]
SIGNIFICANT = 6


def steps_of(values: Floats, category: bool) -> Floats:
    """Each client's value as one that at least ten have; rare codes are missing."""
    return common(values) if category else stepped(values)


def grid(values: Floats, category: bool, most: int) -> Floats:
    """Up to `most` of the common values, ascending; codes by how many have them.

    Ends in NaN where ten clients or more have no value.
    """
    known = values[~np.isnan(values)]
    steps = steps_of(known, category)
    found, counts = np.unique(steps[~np.isnan(steps)], return_counts=True)
    if category:
        found = found[np.argsort(-counts, kind="stable")][:most]
    elif len(found) > most:
        found = found[np.linspace(0, len(found) - 1, most).round().astype(int)]
    missing = len(values) - len(known) >= LEAST
    return np.append(found, np.nan) if missing else found


def told(values: Floats, name: str, categories: Mapping[str, Sequence[str]]) -> Told:
    """As JSON: a code by its category, a number to six digits, missing as null."""
    words = categories.get(name)
    return [
        None
        if np.isnan(value)
        else float(f"{value:.{SIGNIFICANT}g}")
        if words is None
        else words[int(value)]
        for value in values
    ]
