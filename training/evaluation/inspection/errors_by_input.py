"""Where the model is wrong most: its decisions and its risks by the value of an input.

The clients are those of the out-of-fold predictions, so that none was learned from.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from training.arrays import Array
from training.evaluation.cross_validation import Assessment
from training.evaluation.inspection.coarse import LEAST
from training.evaluation.inspection.common_values import Told, steps_of, told
from training.evaluation.inspection.curves import rounded
from training.models.dataset import Labelled

BINS = 10


def errors_by_input(data: Labelled, chosen: Assessment, name: str) -> dict[str, Any]:
    """Who is in each bin of an input, and how wrong the model is there: lists by bin.

    A number is above `low` and at most `high`, null where there is no end; of a
    category it is `category`; where all three are null the value is missing. `stated`
    and `observed` risk, `granted_defaults` and `refused_good` clients, mean `cost` of
    the decisions. A bin of fewer than ten clients is left out.
    """
    values = data.inputs[name].to_numpy()
    place, ends = _bins(values, name in data.categories)
    found = [at for at in range(len(ends) + 1) if (place == at).sum() >= LEAST]
    masks = [place == at for at in found]
    target, refused = data.target, chosen.probability >= chosen.threshold.value
    bins = {
        **_named(found, ends, name, data),
        "clients": [int(mask.sum()) for mask in masks],
        "stated": rounded(_mean(chosen.probability, masks)),
        "observed": rounded(_mean(target, masks)),
        "granted_defaults": [int(target[mask & ~refused].sum()) for mask in masks],
        "refused_good": [int((1 - target)[mask & refused].sum()) for mask in masks],
        "cost": rounded(_mean(chosen.cost, masks)),
    }
    return {"feature": name, "bins": bins}


def _bins(values: Array, category: bool) -> tuple[np.ndarray, np.ndarray]:
    """The bin of each client, and the bins' ends, or codes; the last bin is missing."""
    steps = steps_of(values, category)
    known = steps[~np.isnan(steps)]
    if category or len(known) == 0:
        ends = np.unique(known)
    else:
        tenths = np.sort(known)[np.arange(1, BINS) * len(known) // BINS]
        inner = np.setdiff1d(tenths, known.max())
        # A bin that is alone has an end, as missing is what has none.
        ends = np.append(inner, np.inf if len(inner) else known.max())
    place = np.where(np.isnan(steps), len(ends), np.searchsorted(ends, steps))
    # A rare category is none of those that are told, and not missing either.
    return np.where(np.isnan(steps) & ~np.isnan(values), -1, place), ends


def _named(
    found: list[int], ends: np.ndarray, name: str, data: Labelled
) -> dict[str, Told]:
    nothing: Told = [None] * len(found)
    if name in data.categories:
        codes = np.append(ends, np.nan)[found]
        category = told(codes, name, data.categories)
        return {"low": nothing, "high": nothing, "category": category}
    whole = np.append(ends, np.nan)
    high = np.where(np.isinf(whole), np.nan, whole)
    low = np.concatenate([[np.nan], ends[:-1], [np.nan]])[: len(high)]
    return {
        "low": told(low[found], name, {}),
        "high": told(high[found], name, {}),
        "category": nothing,
    }


def _mean(values: Array, masks: list[np.ndarray]) -> Array:
    return np.array([values[mask].mean() for mask in masks])
