"""What is true of the clients whom the model could as well have decided otherwise on.

An applicant asks why they are on this side of the limit: what is told them is the
difference to these clients, not to the average of all.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from training.arrays import Array
from training.evaluation.business_cost import Threshold
from training.evaluation.cross_validation import Assessment
from training.evaluation.shap_values import sample_rows, sums_by_group
from training.features.define import Feature
from training.models.dataset import Labelled
from training.models.served import ServedModel

# Of fewer a mean says little; of more it says nothing new.
LEAST, MOST = 50, 5_000


def borderline(
    model: ServedModel,
    data: Labelled,
    chosen: Assessment,
    features: Sequence[Feature],
) -> dict[str, Any]:
    """Mean margin and contributions, and typical values, of the borderline clients.

    Contributions are those of the model that serves. A value that most of them have
    not is null.
    """
    rows = borderline_rows(chosen.probability, chosen.threshold)
    inputs = data.inputs.iloc[rows[sample_rows(len(rows), MOST)]]
    values = model.contributions(inputs.to_numpy(np.float32))
    groups, sums = sums_by_group(values[:, :-1], [one.group for one in features])
    typical = typical_values(inputs, set(data.categories))
    means = values.mean(axis=0)
    return {
        "clients": len(inputs),
        "margin": float(values.sum(axis=1).mean()),
        "groups": [
            {"group": group, "contribution": float(mean)}
            for group, mean in zip(groups, sums.mean(axis=0), strict=True)
        ],
        "features": [
            {
                "feature": one.name,
                "contribution": float(mean),
                "typical": _readable(value, data.categories.get(one.name)),
                "topic": one.topic or one.name,
                "absence": one.absence,
                "tells": one.tells,
                "lowers_risk": one.lowers_risk,
                "raises_risk": one.raises_risk,
            }
            for one, mean, value in zip(features, means[:-1], typical, strict=True)
        ],
    }


def borderline_rows(probability: Array, threshold: Threshold) -> np.ndarray:
    """Those in the band around the threshold, or the nearest where they are few."""
    low, high = threshold.interval
    inside = np.flatnonzero((low <= probability) & (probability <= high))
    if len(inside) >= LEAST:
        return inside
    distance = np.abs(probability - threshold.value)
    return np.sort(np.argsort(distance, kind="stable")[:LEAST])


def _readable(value: float, categories: Sequence[str] | None) -> float | str | None:
    if np.isnan(value):
        return None
    return float(value) if categories is None else categories[int(value)]


def typical_values(inputs: pd.DataFrame, categories: set[str]) -> Array:
    """Each feature's median, or most frequent category; missing where most are."""
    return np.array(
        [
            np.nan
            if inputs[name].isna().mean() > 0.5
            else inputs[name].mode()[0]
            if name in categories
            else inputs[name].median()
            for name in inputs.columns
        ],
        dtype=np.float32,
    )
